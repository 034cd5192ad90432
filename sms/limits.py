"""Limits of what text messages cost, as rows: they survive restarts and need no Redis.

They are used up in the transaction that queues a message. A refusal rolls it back, so
refused requests use up nothing.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from core.db.locks import locked
from core.exceptions import Throttled
from sms.exceptions import DailyLimitReached
from sms.models import CERTAINLY_UNSENT, SmsCounter, SmsMessage, SmsPrefixBlock

# Of one number: messages, and the time in which there may be as many. They slide.
PER_NUMBER = (
    (1, timedelta(seconds=30)),
    (5, timedelta(minutes=10)),
    (10, timedelta(days=1)),
)
TOTAL = "total"
COUNTER_RETENTION = timedelta(days=3)
ExtraLimits = Iterable[tuple[str, int]]  # key of a network or an account, limit a day


def consume(message: SmsMessage, extra_limits: ExtraLimits = ()) -> None:
    """Count a message that was just inserted, in its transaction.

    Raises `Throttled` (429), and `DailyLimitReached` (503) for the whole site; then the
    caller's transaction must roll back.
    """
    at, day = message.created_at, _day(message)
    _lock_number(message.to, day)
    _check_number(message)
    _check_block(message)
    # Sorted, and the total last, which all messages need: two transactions that took
    # the same counters in different orders would deadlock.
    for key, limit in sorted(_daily(message, extra_limits).items()):
        if not count(key, day, limit=limit):
            raise _throttled(_seconds_left(at))
    if not count(TOTAL, day, limit=settings.SMS_PER_DAY):
        raise DailyLimitReached(retry_after=int(_seconds_left(at)) + 1)


def count(key: str, day: date, *, limit: int) -> bool:
    """Add one to a counter, unless it has reached `limit`; return whether it was added.

    The row stays locked until the transaction ends.
    """
    # A conditional UPDATE: of many at once each finds the count of the one before.
    below = SmsCounter.objects.filter(key=key, day=day, count__lt=limit)
    if below.update(count=F("count") + 1):
        return True
    # Missing or full. ON CONFLICT DO NOTHING: another transaction may insert it now.
    SmsCounter.objects.bulk_create(
        [SmsCounter(key=key, day=day)], ignore_conflicts=True
    )
    return bool(below.update(count=F("count") + 1))


def give_back(message: SmsMessage) -> None:
    """Uncount a message that was certainly not sent, in a transaction.

    Its number is counted by its rows. Networks and accounts are not given back: who
    makes sends fail would have no limit.
    """
    for key in (_prefix_key(message), TOTAL):  # in the order of `consume`
        # Never below zero: the row may be a new one of the same day.
        rows = SmsCounter.objects.filter(key=key, day=_day(message), count__gt=0)
        rows.update(count=F("count") - 1)


def _daily(message: SmsMessage, extra_limits: ExtraLimits) -> dict[str, int]:
    limits = {_prefix_key(message): settings.SMS_PER_PREFIX_PER_DAY}
    for key, limit in extra_limits:
        name = f"by {key}"  # never the key of a number or of the total
        limits[name] = min(limit, limits.get(name, limit))
    return limits


def _prefix_key(message: SmsMessage) -> str:
    return f"prefix {message.prefix}"


def _lock_number(to: str, day: date) -> None:
    """Let one transaction at a time count the messages of a number."""
    # Of yesterday too: at midnight, two transactions with different days share a row.
    days = (day - timedelta(days=1), day)
    rows = [SmsCounter(key=f"number {to}", day=each) for each in days]
    SmsCounter.objects.bulk_create(rows, ignore_conflicts=True)
    found = SmsCounter.objects.filter(key=f"number {to}", day__in=days)
    list(locked(found.order_by("day")))


def _check_number(message: SmsMessage) -> None:
    at = message.created_at
    largest, longest = PER_NUMBER[-1]
    others = SmsMessage.objects.filter(to=message.to, created_at__gt=at - longest)
    others = others.exclude(pk=message.pk).exclude(failure__in=CERTAINLY_UNSENT)
    newest = others.order_by("-created_at").values_list("created_at", flat=True)
    times = list(newest[:largest])
    waits = [
        times[limit - 1] + window - at
        for limit, window in PER_NUMBER
        if len(times) >= limit and times[limit - 1] > at - window
    ]
    if waits:
        raise _throttled(max(waits).total_seconds())


def _check_block(message: SmsMessage) -> None:
    blocks = SmsPrefixBlock.objects.filter(
        prefix=message.prefix,
        status=SmsPrefixBlock.Status.ACTIVE,
        blocked_until__gt=message.created_at,
    )
    if block := blocks.first():
        raise _throttled((block.blocked_until - message.created_at).total_seconds())


def _throttled(seconds: float) -> Throttled:
    # One sentence for all limits: it must not say which of them a stranger has met.
    sentence = _("Too many text messages. Please try again later.")
    return Throttled(sentence, retry_after=int(seconds) + 1)


def _day(message: SmsMessage) -> date:
    return timezone.localdate(message.created_at)


def _seconds_left(at: datetime) -> float:
    """Return the seconds until the day of the site ends."""
    now = timezone.localtime(at)
    midnight = datetime.combine(now + timedelta(days=1), time.min, now.tzinfo)
    return midnight.timestamp() - at.timestamp()  # a day may have 23 or 25 hours
