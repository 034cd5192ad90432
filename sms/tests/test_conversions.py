"""A prefix whose codes nobody enters gets no messages for twelve hours."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from core.exceptions import Throttled
from jobs.registry import PERIODS
from sms import conversions, services
from sms.models import SmsPrefixBlock
from sms.tests.factories import SmsMessageFactory
from sms.workflow import PREFIX_BLOCK_WORKFLOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def messages(number: int, *, used: int = 0, age: timedelta = HOUR, **more) -> None:
    at = timezone.now() - age
    SmsMessageFactory.create_batch(used, used=True, created_at=at, **more)
    SmsMessageFactory.create_batch(number - used, created_at=at, **more)


def block(*, later: timedelta = timedelta()) -> int:
    return conversions.block_unused_prefixes(timezone.now() + later)


@pytest.mark.parametrize(
    ("sent", "used", "is_blocked"),
    [(10, 2, True), (10, 3, False), (9, 0, False), (40, 11, True), (40, 12, False)],
)
def test_less_than_30_percent_of_enough_messages(sent, used, is_blocked):
    """O10: from SMS_BLOCK_MIN_MESSAGES on."""
    messages(sent, used=used)
    assert block() == is_blocked


def test_the_number_of_messages_is_a_setting(settings):
    """O10."""
    settings.SMS_BLOCK_MIN_MESSAGES = 3
    messages(3)
    assert block() == 1


@pytest.mark.parametrize("age", [timedelta(minutes=14), timedelta(hours=25)])
def test_new_and_old_messages_do_not_count(age):
    """O10: people need some minutes to enter a code."""
    messages(20, age=age)
    assert block() == 0


def test_messages_that_were_not_sent_do_not_count():
    """O10: an outage of the provider is no fraud."""
    messages(20, failed=True)
    assert block() == 0


def test_each_prefix_counts_alone():
    """O10."""
    messages(20, used=20)
    messages(10, to="+37126000001")
    assert block() == 1
    assert SmsPrefixBlock.objects.get().prefix == "+3712600"


def test_while_it_is_blocked_nothing_is_sent(twilio):
    """O10: 429 with the time until its end."""
    messages(10)
    block()
    with pytest.raises(Throttled) as refusal:
        services.send(to="+37121239999", text="1", key="1")
    assert 0 <= 12 * 3600 - refusal.value.retry_after <= 60
    assert twilio.messages == []


def test_a_block_that_ends_does_not_begin_again():
    """O10: by the messages that have led to it."""
    messages(10, age=timedelta(minutes=20))
    assert block() == 1
    assert block() == 0
    assert block(later=timedelta(hours=12, minutes=10)) == 0


def test_staff_lift_a_block(staff, twilio):
    """O10: and only later messages can lead to another one."""
    messages(10)
    block()
    found = SmsPrefixBlock.objects.get()
    PREFIX_BLOCK_WORKFLOW.run("lift", found, actor=staff, reason="A campaign")
    services.send(to="+37121239999", text="1", key="1")
    assert len(twilio.messages) == 1
    assert block(later=timedelta(minutes=20)) == 0


def test_a_lifted_prefix_is_blocked_again_by_new_messages(staff):
    """O10."""
    messages(10)
    block()
    found = SmsPrefixBlock.objects.get()
    PREFIX_BLOCK_WORKFLOW.run("lift", found, actor=staff, reason="A campaign")
    SmsMessageFactory.create_batch(10)
    assert block(later=timedelta(minutes=20)) == 1
    found.refresh_from_db()
    assert found.status == "active"


def test_staff_are_told_of_a_block(settings, run_jobs):
    """O10: without whole numbers."""
    settings.ALERT_EMAILS = ["ops@example.com"]
    messages(10)
    block()
    run_jobs()
    [email] = mail.outbox
    assert "+3712123…" in email.subject
    assert "0 of 10" in email.body


def test_a_worker_looks_every_few_minutes():
    """O10."""
    assert PERIODS["sms.block_unused_prefixes"] == timedelta(minutes=5)
