"""Predicates (object, user) of offerings."""


def is_creator(offering, user) -> bool:
    """Whether `user` posted the offering."""
    return user is not None and offering.creator_id == user.pk
