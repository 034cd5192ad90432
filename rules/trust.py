"""How far a person is trusted, from 0 to 3, and what they may do in a day.

The level is computed from columns of the account, which is loaded already, whenever it
is needed: nothing is stored, so nothing can be out of date.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core import limits
from items.types import ITEM_TYPES
from market.registry import (
    CONVERSATIONS_PER_DAY,
    NEW_ACCOUNT_CONVERSATIONS,
    NEW_ACCOUNT_DAYS,
    PICTURES_PER_DAY,
    POSTS_PER_DAY,
)
from messaging.models import Conversation
from uploads.models import Upload

DAY = timedelta(days=1)
TIMES_FOR_LEVEL_3 = 3  # the days and the deals of level 2
MAX_LEVEL = 3
_strikes: list[Callable[[User], int]] = []


def register_strikes(count: Callable[[User], int]) -> None:
    """Let `count(person)` tell how many decisions against a person still count."""
    _strikes[:] = [count]


def strikes_of(person: User) -> int:
    """Return how many strikes a person has; 0 while no app above counts them."""
    return _strikes[0](person) if _strikes else 0


@dataclass(frozen=True)
class Step:
    """What a level needs besides the one below it: whether it is met, and in words."""

    level: int
    is_met: Callable[[User, datetime], bool]
    sentence: Callable[[], str]


def deals_of(person: User) -> int:
    """Return the completed deals of a person: done tasks, or reviews from deals.

    Both are columns of the account.
    """
    return max(person.tasks_completed, person.deal_reviews_count)


def _days(level: int) -> int:
    return settings.TRUST_DAYS * (TIMES_FOR_LEVEL_3 if level == MAX_LEVEL else 1)


def _deals(level: int) -> int:
    return settings.TRUST_DEALS * (TIMES_FOR_LEVEL_3 if level == MAX_LEVEL else 1)


def _has_confirmed(person: User, at: datetime) -> bool:
    return person.phone_verified or bool(person.email and person.email_confirmed)


def _has_phone(person: User, at: datetime) -> bool:
    return person.phone_verified or person.is_verified


def _has_identity(person: User, at: datetime) -> bool:
    return person.is_verified


def _is_old(level: int) -> Callable[[User, datetime], bool]:
    return lambda person, at: at - person.created_at >= timedelta(days=_days(level))


def _has_deals(level: int) -> Callable[[User, datetime], bool]:
    return lambda person, at: deals_of(person) >= _deals(level)


def _age_sentence(level: int) -> Callable[[], str]:
    return lambda: (
        ngettext(
            "The account is %(days)d day old.",
            "The account is %(days)d days old.",
            _days(level),
        )
        % {"days": _days(level)}
    )


def _deals_sentence(level: int) -> Callable[[], str]:
    return lambda: (
        ngettext(
            "%(deals)d deal is completed.",
            "%(deals)d deals are completed.",
            _deals(level),
        )
        % {"deals": _deals(level)}
    )


STEPS = (
    Step(1, _has_confirmed, lambda: _("The e-mail address or the phone is confirmed.")),
    Step(2, _has_phone, lambda: _("The phone number is verified.")),
    Step(2, _is_old(2), _age_sentence(2)),
    Step(2, _has_deals(2), _deals_sentence(2)),
    Step(3, _has_identity, lambda: _("The identity is verified by our staff.")),
    Step(3, _is_old(3), _age_sentence(3)),
    Step(3, _has_deals(3), _deals_sentence(3)),
)


def level_of(person: User, *, at: datetime) -> int:
    """Return the level of a person. Each strike takes one, down to 0."""
    earned = _earned(person, at)
    return max(0, earned - strikes_of(person)) if earned else 0


def _earned(person: User, at: datetime) -> int:
    missing = (step.level for step in STEPS if not step.is_met(person, at))
    return min(missing, default=MAX_LEVEL + 1) - 1


def needed(person: User, *, at: datetime) -> list[str]:
    """Return what is needed for the next level, in sentences; empty at the last one."""
    strikes, earned = strikes_of(person), _earned(person, at)
    if strikes and earned:
        return [_("No decision against this account counts any more.")]
    return [
        step.sentence()
        for step in STEPS
        if step.level == earned + 1 and not step.is_met(person, at)
    ]


# --- Limits ---------------------------------------------------------------------------


def limit_of(person: User, name: str, default: int) -> int:
    """Return the limit `name` of a person a day: `default` times that of the level.

    Registered in `core.limits`.
    """
    factors = {
        "posts": settings.TRUST_POSTS,
        "pictures": settings.TRUST_PICTURES,
        "conversations": settings.TRUST_CONVERSATIONS,
    }[name]
    if len(set(factors)) == 1:
        return int(default * factors[0])
    return int(default * factors[level_of(person, at=timezone.now())])


def limits_of(person: User, *, at: datetime) -> dict[str, int]:
    """Return what a person may do in 24 hours. Posts are those of one type."""
    conversations = limits.limit_of(
        person, "conversations", CONVERSATIONS_PER_DAY.get()
    )
    if person.created_at >= at - timedelta(days=NEW_ACCOUNT_DAYS.get()):
        conversations = min(conversations, NEW_ACCOUNT_CONVERSATIONS.get())
    return {
        "posts": limits.limit_of(person, "posts", POSTS_PER_DAY.get()),
        "pictures": limits.limit_of(person, "pictures", PICTURES_PER_DAY.get()),
        "conversations": conversations,
    }


def used_by(person: User, *, at: datetime) -> dict[str, int]:
    """Return what a person has done in 24 hours. Posts: the most of one type."""
    since = at - DAY
    posts = (
        item_type.model._base_manager.filter(
            **{item_type.model.owner_field: person.pk}, created_at__gt=since
        ).count()
        for item_type in ITEM_TYPES.values()
    )
    return {
        "posts": max(posts),
        "pictures": Upload.objects.filter(owner=person, created_at__gt=since).count(),
        "conversations": Conversation.objects.started_by(person, since=since).count(),
    }
