"""The way out of a kind of letters, without signing in, by a link (RFC 8058)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core import signing
from django.urls import reverse

from accounts.models import User
from notifications import services
from notifications.kinds import KINDS, Group
from notifications.links import absolute
from notifications.models import Notification

SALT = "notifications.unsubscribe"


@dataclass(frozen=True)
class Stopper:
    """How a subject ends by itself instead of silencing the group.

    Both are given the ids of the person and of the subject.
    """

    stop: Callable[[int, int], None]
    title_of: Callable[[int, int], str]


stoppers: dict[str, Stopper] = {}  # by the subject's type


@dataclass(frozen=True)
class WayOut:
    user_id: int
    group: str
    subject_type: str = ""
    subject_id: int | None = None


def address_for(row: Notification) -> str:
    token = [row.recipient_id, KINDS[row.kind].group.value]
    if row.subject_type in stoppers:
        token += [row.subject_type, row.subject_id]
    return absolute(reverse("unsubscribe", args=[signing.dumps(token, salt=SALT)]))


def read(token: str) -> WayOut | None:
    """What a link of ours says; None for any other. Links do not grow old."""
    try:
        way_out = WayOut(*signing.loads(token, salt=SALT))
    except (signing.BadSignature, TypeError):
        return None
    return way_out if way_out.group in Group.values else None


def follow(way_out: WayOut) -> None:
    """Send no more of these letters. Doing it twice is as good as once."""
    if stopper := stoppers.get(way_out.subject_type):
        stopper.stop(way_out.user_id, way_out.subject_id)
    elif user := User.objects.filter(pk=way_out.user_id).first():
        services.prefer(user, way_out.group, email=False)


def what_ends(way_out: WayOut) -> str:
    """In words: the group, or the one subject."""
    stopper = stoppers.get(way_out.subject_type)
    title = stopper and stopper.title_of(way_out.user_id, way_out.subject_id)
    return title or str(Group(way_out.group).label)
