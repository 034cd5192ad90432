"""What counts against a person."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from core.db import shared_queries
from moderation.models import Strike


def count_of(person: User) -> int:
    """Return how many decisions count against a person now; what is undone does not."""
    return shared_queries.count(
        "moderation.strikes", _counting, person=person.pk, at=timezone.now()
    )


def _counting(person: Any, at: Any) -> QuerySet[Strike]:
    rows = Strike.objects.filter(person=person, expires_at__gt=at)
    return rows.filter(decision__undone_by=None)
