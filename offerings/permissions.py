"""Who may do what with an offering."""


def is_creator(offering, user) -> bool:
    return user is not None and offering.creator_id == user.pk
