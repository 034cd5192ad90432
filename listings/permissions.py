"""Who may do what with a listing."""


def is_seller(listing, user) -> bool:
    return user is not None and listing.seller_id == user.pk
