"""Jobs of text messages: the safety net of `send`, blocks, and retention."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from jobs.maintenance import delete_rows, maintenance
from jobs.registry import every, job
from sms import conversions, services
from sms.exceptions import NumberRefused, SmsUnavailable
from sms.limits import COUNTER_RETENTION
from sms.models import SmsCounter, SmsMessage, SmsPrefixBlock


# Not atomic: it calls the provider. It may run twice, and sends once.
@job(max_attempts=3, timeout_s=30, atomic=False)
def deliver(message_id: int) -> None:
    """Send a message whose request died before it did."""
    # The row says why it failed. Another attempt could be a second message.
    with suppress(NumberRefused, SmsUnavailable):
        services.deliver(message_id)


@every(minutes=5)
@job()
def block_unused_prefixes() -> None:
    """Block prefixes whose codes are not entered."""
    conversions.block_unused_prefixes(timezone.now())


@maintenance("fail interrupted text messages")
def fail_interrupted_messages(at: datetime, *, dry_run: bool) -> int:
    """Mark messages as failed whose sender died; return how many."""
    return services.fail_interrupted(at, dry_run=dry_run)


@maintenance("delete old text messages", after=("fail interrupted text messages",))
def delete_old_messages(at: datetime, *, dry_run: bool) -> int:
    """Delete messages and ended blocks after `SMS_DAYS`; return how many."""
    before = at - timedelta(days=settings.SMS_DAYS)
    old = SmsMessage.objects.filter(created_at__lt=before)
    blocks = SmsPrefixBlock.objects.filter(blocked_until__lt=before)
    return sum(delete_rows(rows, dry_run=dry_run) for rows in (old, blocks))


@maintenance("delete old counters of text messages")
def delete_old_counters(at: datetime, *, dry_run: bool) -> int:
    """Delete counters of days that no limit looks at; return how many."""
    before = timezone.localdate(at - COUNTER_RETENTION)
    old = SmsCounter.objects.filter(day__lt=before)
    return delete_rows(old, dry_run=dry_run)
