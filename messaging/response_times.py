"""How soon people answer: the median time to the first answer in a conversation."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median

from django.db.models import F, Min, Q

from accounts import services as accounts
from messaging.models import Conversation

PERIOD = timedelta(days=90)
MIN_ANSWERS = 3  # fewer say little


def measure(*, at: datetime) -> int:
    """Store the response time of each person; return how many have changed."""
    minutes: dict[int, list[float]] = defaultdict(list)
    for user_id, time in _answers(since=at - PERIOD):
        minutes[user_id].append(time)
    return accounts.set_response_times(
        {
            user_id: round(median(times))
            for user_id, times in minutes.items()
            if len(times) >= MIN_ANSWERS
        }
    )


def _answers(*, since: datetime) -> Iterator[tuple[int, float]]:
    """Yield who was written to, and after how many minutes they wrote back."""
    is_first = Q(messages__sender=F("started_by"))
    rows = (
        Conversation.objects.filter(created_at__gt=since, started_by__isnull=False)
        .annotate(
            asked_at=Min("messages__created_at", filter=is_first),
            answered_at=Min(
                "messages__created_at",
                filter=~is_first & Q(messages__sender__isnull=False),
            ),
        )
        .filter(asked_at__isnull=False, answered_at__gte=F("asked_at"))
        .order_by()
        .values_list(
            "started_by", "participant_1", "participant_2", "asked_at", "answered_at"
        )
    )
    for started_by, one, other, asked_at, answered_at in rows.iterator():
        answerer = other if one == started_by else one
        yield answerer, (answered_at - asked_at).total_seconds() / 60
