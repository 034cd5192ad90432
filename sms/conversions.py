"""Blocks of prefixes whose codes nobody enters: messages that are paid for and unused.

Who earns from messages requests codes for many numbers of a block that they rent, and
enters none of them.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from sms import alerts
from sms.models import SmsMessage, SmsPrefixBlock

MIN_AGE = timedelta(minutes=15)  # people have entered their code by then
MAX_AGE = timedelta(hours=24)
MIN_USED_PERCENT = 30
BLOCKED = timedelta(hours=12)


def block_unused_prefixes(at: datetime) -> int:
    """Block each prefix of which too few codes are entered; return how many."""
    rows = list(_counted(at))
    unused = [row for row in rows if 100 * row["used"] < MIN_USED_PERCENT * row["sent"]]
    for row in unused:
        _block(row["prefix"], f"{row['used']} of {row['sent']} codes entered", at)
    return len(unused)


def _counted(at: datetime) -> QuerySet:
    """Return how many messages each prefix got, and how many of them were used."""
    # Those before the last block of a prefix have had their consequence: without this,
    # a block that ends or is lifted would begin again at once.
    earlier = SmsPrefixBlock.objects.filter(
        prefix=OuterRef("prefix"), counted_from__gte=OuterRef("created_at")
    )
    messages = SmsMessage.objects.filter(
        ~Exists(earlier),
        created_at__gt=at - MAX_AGE,
        created_at__lte=at - MIN_AGE,
        sent_at__isnull=False,  # nobody can enter a code that was not sent
    )
    used = Count("pk", filter=Q(used_at__isnull=False))
    counted = messages.values("prefix").annotate(sent=Count("pk"), used=used)
    return counted.filter(sent__gte=settings.SMS_BLOCK_MIN_MESSAGES).order_by("prefix")


@transaction.atomic
def _block(prefix: str, reason: str, at: datetime) -> None:
    until = at + BLOCKED
    fields = {
        "reason": reason,
        "status": SmsPrefixBlock.Status.ACTIVE,
        "blocked_until": until,
        "counted_from": until,
    }
    SmsPrefixBlock.objects.update_or_create(
        prefix=prefix, defaults=fields, create_defaults=fields | {"created_at": at}
    )
    alerts.alert(
        f"sms:prefix:{prefix}:{at:%Y%m%dT%H%M}",
        f"No text messages to {prefix}…",
        f"{reason} in the last 24 hours. Until {until:%Y-%m-%d %H:%M} UTC nothing is"
        " sent to these numbers. The admin can lift it.",
    )
