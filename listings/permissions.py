"""Predicates (object, user) of listings."""


def is_seller(listing, user) -> bool:
    """Whether `user` posted the listing."""
    return user is not None and listing.seller_id == user.pk
