"""What text messages may cost: per number, prefix, network, account and day."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from core.exceptions import Throttled
from jobs.models import Job
from sms import jobs, services
from sms.exceptions import DailyLimitReached, NumberRefused, SmsUnavailable
from sms.models import SmsCounter, SmsMessage, SmsPrefixBlock

pytestmark = pytest.mark.django_db
BOB = "+37121234567"
NOON = datetime(2026, 11, 2, 12, tzinfo=ZoneInfo("Europe/Riga"))


@pytest.fixture
def clock(monkeypatch):
    """The time, which the test moves."""

    class Clock:
        now = NOON

        def forward(self, **time):
            self.now += timedelta(**time)

    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


def send(number: int = 0, **more) -> SmsMessage:
    key = f"test:{SmsMessage.objects.count()}:{timezone.now().timestamp()}"
    to = f"+3712123{number:04}" if number else BOB
    return services.send(to=to, text="123456", key=key, **more)


def wait(error=Throttled, **more) -> int:
    """The seconds that a refused send says."""
    with pytest.raises(error) as refusal:
        send(**more)
    assert refusal.value.status == (503 if error is DailyLimitReached else 429)
    return refusal.value.retry_after


def test_a_number_waits_half_a_minute(clock):
    """O4: the 429 says how long."""
    send()
    clock.forward(seconds=20)
    assert wait() == 11
    clock.forward(seconds=11)
    send()


def test_a_number_gets_five_in_ten_minutes(clock):
    """O4."""
    for _ in range(5):
        send()
        clock.forward(seconds=31)
    assert wait() == 600 - 5 * 31 + 1
    clock.forward(seconds=600 - 5 * 31 + 1)
    send()


def test_a_number_gets_ten_in_a_day_that_slides(clock):
    """O4: midnight is no new beginning."""
    for _ in range(10):
        send()
        clock.forward(minutes=5)
    clock.forward(hours=13)
    assert wait() > 3600
    clock.forward(hours=11)
    send()


def test_the_half_minute_holds_over_midnight(clock):
    """O4."""
    clock.now = NOON.replace(hour=23, minute=59, second=55)
    send()
    clock.forward(seconds=10)
    assert wait() == 21


def test_a_prefix_has_a_limit_a_day(clock, settings):
    """O4: numbers that differ in their last four digits."""
    settings.SMS_PER_PREFIX_PER_DAY = 3
    for number in (1, 2, 3):
        send(number)
    assert wait(number=4) == 12 * 3600 + 1
    services.send(to="+37126000001", text="1", key="other prefix")
    clock.forward(hours=12, seconds=1)
    send(4)


def test_networks_and_accounts_have_the_limits_that_callers_name(clock):
    """O4: each its own, and a message needs room in all of them."""
    network, account = ("network 192.0.2.0/24", 2), ("account 7", 5)
    send(1, extra_limits=[network, account])
    send(2, extra_limits=[network, account])
    wait(number=3, extra_limits=[network, account])
    send(3, extra_limits=[("network 198.51.100.0/24", 2), account])


def test_a_key_of_a_caller_is_no_counter_of_ours(clock):
    """O4: whatever its name."""
    send(1, extra_limits=[("total", 1), ("prefix +3712123", 1)])
    assert SmsCounter.objects.get(key="total").count == 1
    send(2)


def test_a_refused_request_uses_up_nothing(clock, settings):
    """O4: of no limit, not only of the one that it met."""
    settings.SMS_PER_DAY = 1
    send(1)
    before = list(SmsCounter.objects.order_by("pk").values("key", "count"))
    wait(DailyLimitReached, number=2, extra_limits=[("network 192.0.2.1", 9)])
    after = SmsCounter.objects.order_by("pk").values("key", "count")
    assert [row for row in after if not row["key"].startswith("alert")] == before
    assert SmsMessage.objects.count() == 1
    assert Job.objects.filter(name="sms.deliver").count() == 1


def test_a_message_that_was_certainly_not_sent_is_given_back(
    clock, settings, nobody_listens
):
    """O4: the number may try again at once; its network has used up one."""
    settings.SMS_PER_PREFIX_PER_DAY = settings.SMS_PER_DAY = 1
    limits = [("network 192.0.2.1", 2)]
    for _ in range(2):
        services.breaker.record_success()
        with pytest.raises(SmsUnavailable):
            send(extra_limits=limits)
    wait(extra_limits=limits)


def test_a_refused_number_gives_back_its_prefix_only(clock, twilio, settings):
    """O4."""
    settings.SMS_PER_PREFIX_PER_DAY = 1
    twilio.fail_with = 21614
    with pytest.raises(NumberRefused):
        send(1)
    twilio.fail_with = 0
    send(2)


# --- The day of the whole site --------------------------------------------------------


def test_the_daily_limit_is_503_until_midnight(clock, settings):
    """O5."""
    settings.SMS_PER_DAY = 2
    send(1)
    send(2)
    assert wait(DailyLimitReached, number=3) == 12 * 3600 + 1
    clock.forward(hours=12, seconds=1)
    send(3)


def test_staff_are_alerted_once_a_day(clock, settings, run_jobs, caplog):
    """O5: in the log and by e-mail."""
    settings.SMS_PER_DAY = 0
    settings.ALERT_EMAILS = ["ops@example.com", "boss@example.com"]
    for _ in range(3):
        wait(DailyLimitReached)
    run_jobs()
    assert [email.to for email in mail.outbox] == [[x] for x in settings.ALERT_EMAILS]
    assert [r.name for r in caplog.records if r.levelname == "ERROR"] == [
        "marketplace.security"
    ]
    clock.forward(days=1)
    wait(DailyLimitReached)
    run_jobs()
    assert len(mail.outbox) == 4


def test_without_addresses_the_alert_is_in_the_log(settings, caplog):
    """O5."""
    settings.SMS_PER_DAY = 0
    wait(DailyLimitReached)
    assert "SMS_PER_DAY" in caplog.text
    assert not Job.objects.exists()


def test_limits_do_not_depend_on_the_cache(clock, settings):
    """O4: a Redis that is away opens nothing."""
    settings.CACHES = {"default": {"BACKEND": "no.such.Cache"}}
    send()
    wait()


# --- Retention ------------------------------------------------------------------------


def test_old_rows_are_deleted(clock, settings):
    """O4: counters after days, messages after SMS_DAYS."""
    settings.SMS_DAYS = 30
    send()
    for days, counters, messages in ((2, 3, 1), (3, 0, 1), (26, 0, 0)):
        clock.forward(days=days)
        jobs.delete_old_counters(timezone.now(), dry_run=False)
        jobs.delete_old_messages(timezone.now(), dry_run=False)
        assert SmsMessage.objects.count() == messages
        # Those of yesterday, today and the prefix, and the total of today.
        assert bool(SmsCounter.objects.count()) == bool(counters)


def test_blocked_prefix_is_429_with_its_end(clock):
    """O10."""
    SmsPrefixBlock.objects.create(
        prefix="+3712123",
        blocked_until=clock.now + timedelta(hours=12),
        counted_from=clock.now,
        created_at=clock.now,
    )
    assert wait(number=1) == 12 * 3600 + 1
    services.send(to="+37126000001", text="1", key="other prefix")
    clock.forward(hours=12, seconds=1)
    send(1)
