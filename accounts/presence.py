"""Presence: whether a user is online, and when they last were."""

from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, QuerySet, Value
from django.utils import timezone

from accounts.models import Block, User

ONLINE_WINDOW = timedelta(seconds=75)  # `last_seen` is written once a minute


def get_presence(user: User | None, *, hidden: bool) -> dict:
    """Return `is_online` and `last_seen` as another user sees them.

    With `hidden`, without a user, or if the user hides it, it is the same as
    for someone who was never online, so that a block does not show.
    """
    if user is None or hidden or not user.show_presence:
        return {"is_online": False, "last_seen": None}
    return {"is_online": is_online(user), "last_seen": user.last_seen}


def is_online(user: User) -> bool:
    """Return whether the user had a socket open within `ONLINE_WINDOW`."""
    seen = user.last_seen
    return seen is not None and timezone.now() - seen < ONLINE_WINDOW


def annotate_hidden(
    users: QuerySet[User], viewer: User | AnonymousUser
) -> QuerySet[User]:
    """Annotate `is_hidden`: whether `viewer` may not see a user's presence.

    True for anonymous viewers, and where either has blocked the other.
    """
    if not viewer.is_authenticated:
        return users.annotate(is_hidden=Value(True))
    return users.annotate(is_hidden=Exists(Block.objects.blocked_between(viewer)))
