"""How much the report of a person counts: nothing for new accounts."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from moderation.models import Report

# The share of upheld reports of somebody of whom none is decided: one of two.
PRIOR_UPHELD, PRIOR_DECIDED = 1, 2


def standing_of(person: User | None) -> float:
    """Return a number from 0 to 1.

    0 for outsiders and for accounts that are young, have no confirmed address and no
    completed deal. Otherwise the share of their reports that was upheld, with a prior
    of one in two: the mean of a Beta distribution.
    """
    if person is None or not has_standing(person):
        return 0
    decided = Report.objects.filter(reporter=person).exclude(status="open")
    counts = list(decided.values_list("status", flat=True))
    upheld = counts.count("upheld")
    return (upheld + PRIOR_UPHELD) / (len(counts) + PRIOR_DECIDED)


def has_standing(person: User) -> bool:
    """Return whether the account is old enough, and somebody's."""
    age = timezone.now() - person.created_at
    if age < timedelta(days=settings.STANDING_DAYS) or not person.email_confirmed:
        return False
    # Reviews of deals alone: others anybody can write about anybody.
    has_dealt = person.tasks_completed > 0 or person.deal_reviews_count > 0
    return has_dealt or person.is_verified
