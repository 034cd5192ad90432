"""Who is here now, or was here when, as far as they let it be seen."""

from datetime import timedelta

from django.db.models import Exists, Value
from django.utils import timezone

from accounts.models import Block, User

ONLINE = timedelta(seconds=75)  # since somebody was seen, which is written each minute


def shown(person: User | None, *, hidden: bool) -> dict:
    """What others see of it: of whoever is hidden as much as of who never came."""
    if person is None or hidden or not person.show_presence:
        return {"is_online": False, "last_seen": None}
    return {"is_online": is_online(person), "last_seen": person.last_seen}


def is_online(person: User) -> bool:
    seen = person.last_seen
    return seen is not None and timezone.now() - seen < ONLINE


def with_hidden(people, viewer):
    """People with `is_hidden`: whether `viewer` does not see when they come."""
    if not viewer.is_authenticated:
        return people.annotate(is_hidden=Value(True))
    return people.annotate(is_hidden=Exists(Block.objects.blocked_between(viewer)))
