"""Predicates (object, user) of offerings."""

from accounts.models import User
from offerings.models import Offering


def is_creator(offering: Offering, user: User | None) -> bool:
    """Return whether `user` posted the offering."""
    return user is not None and offering.creator_id == user.pk
