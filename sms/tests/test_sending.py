"""A message is sent once, whoever dies when; a failure says what is certain."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from core.encryption import decrypt
from jobs.models import Job
from sms import services
from sms.exceptions import NumberRefused, SmsUnavailable
from sms.models import SmsCounter, SmsMessage
from sms.providers import http

pytestmark = pytest.mark.django_db
BOB = "+37121234567"


def send(to: str = BOB, key: str = "phone:1", **more) -> SmsMessage:
    return services.send(to=to, text="Your code: 123456", key=key, **more)


def failure(error=SmsUnavailable, **more):
    with pytest.raises(error) as raised:
        send(**more)
    return raised.value


def counts() -> dict[str, int]:
    rows = SmsCounter.objects.filter(count__gt=0)
    return dict(rows.values_list("key", "count"))


def test_message_is_sent_and_its_text_forgotten(twilio):
    """O8."""
    message = send(purpose="verify")
    assert [(sent.to, sent.text) for sent in twilio.messages] == [
        (BOB, "Your code: 123456")
    ]
    assert (message.status, message.text) == ("sent", "")
    assert message.provider_id == twilio.messages[0].id
    assert (message.country, message.prefix) == ("LV", "+3712123")


def test_text_is_encrypted_until_then(twilio):
    """O8: whoever reads the database while it waits reads no code."""
    message = queue_only()
    assert "123456" not in message.text
    assert decrypt(message.text) == "Your code: 123456"
    job = Job.objects.get(name="sms.deliver")
    assert job.kwargs == {"message_id": message.pk}


def make_due() -> None:
    """Let the time of the safety net pass."""
    Job.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def queue_only(key: str = "phone:1") -> SmsMessage:
    """A request that dies between its commit and the call of the provider."""
    number = services.parse(BOB)
    text, now = "Your code: 123456", timezone.now()
    return services._queue(number, text, key, "", (), now)


def test_worker_sends_what_a_killed_request_left(twilio, run_jobs):
    """O8: at most one message, and also not none."""
    message = queue_only()
    make_due()
    assert run_jobs() == ["sms.deliver"]
    message.refresh_from_db()
    assert (message.status, len(twilio.messages)) == ("sent", 1)


def test_worker_does_not_send_again(twilio, run_jobs):
    """O8."""
    send()
    make_due()
    run_jobs()
    assert len(twilio.messages) == 1


def test_a_row_left_in_sending_is_never_sent_again(twilio, run_jobs):
    """O8: its sender was killed, perhaps after the provider took the message."""
    message = queue_only()
    assert services._claim(message)
    make_due()
    run_jobs()
    assert twilio.messages == []
    later = timezone.now() + services.MAX_QUEUED
    assert services.fail_interrupted(later, dry_run=True) == 1
    assert services.fail_interrupted(later, dry_run=False) == 1
    message.refresh_from_db()
    assert (message.status, message.failure, message.text) == ("failed", "unknown", "")


def test_what_waited_too_long_is_not_sent(twilio, run_jobs):
    """O8: a code that nobody can use any more."""
    message = queue_only()
    old = timezone.now() - 2 * services.MAX_QUEUED
    SmsMessage.objects.update(created_at=old)
    make_due()
    run_jobs()
    message.refresh_from_db()
    assert (twilio.messages, message.failure) == ([], "not_sent")


def test_repeated_key_is_sent_once(twilio):
    """O8."""
    assert send().pk == send().pk
    assert (len(twilio.messages), counts()["total"]) == (1, 1)


def test_provider_is_not_called_inside_a_transaction(twilio):
    """O8: a rollback afterwards could not take the message back."""
    with transaction.atomic(), pytest.raises(RuntimeError):
        send()
    assert twilio.messages == []


# --- Failures -------------------------------------------------------------------------


def test_provider_that_does_not_answer_is_503_in_time(twilio, monkeypatch):
    """O8: and it is not known whether the message was sent."""
    assert http.TIMEOUT_S <= 2.5
    monkeypatch.setattr(http, "TIMEOUT_S", 0.2)
    twilio.go_on.clear()
    error = failure()
    assert not twilio.go_on.is_set()  # it was not waited for
    assert (error.status, error.code, error.nothing_was_sent) == (
        503,
        "sms_unavailable",
        False,
    )
    message = SmsMessage.objects.get()
    assert (message.status, message.failure, message.text) == ("failed", "unknown", "")
    assert counts()["total"] == 1  # it may have been sent, and paid for


@pytest.mark.parametrize(("status", "is_certain"), [(500, False), (503, True)])
def test_failing_provider_is_503(twilio, status, is_certain):
    """O8."""
    twilio.fail_with = status
    error = failure()
    assert (error.status, error.nothing_was_sent) == (503, is_certain)
    assert counts().get("total", 0) == (0 if is_certain else 1)


def test_no_connection_gives_everything_back(nobody_listens):
    """O8: nothing was sent, for certain."""
    assert failure().nothing_was_sent
    assert counts() == {}


def test_after_a_failure_the_provider_is_left_alone(twilio):
    """O8: requests do not wait for its timeout one after the other."""
    twilio.fail_with = 500
    failure()
    assert failure(to="+37121234568", key="phone:2").nothing_was_sent
    assert len(twilio.requests) == 1


def test_too_many_requests_give_everything_back(twilio):
    """O8."""
    twilio.fail_with = 429
    assert failure().nothing_was_sent
    assert counts() == {}


@pytest.mark.parametrize("code", [21211, 21408, 21614, 60410])
def test_refused_number_is_400_and_not_retried(twilio, run_jobs, code):
    """O8: 60410 is not retried."""
    twilio.fail_with = code
    error = failure(NumberRefused, extra_limits=[("network 192.0.2.1", 5)])
    assert (error.status, error.code) == (400, "phone_not_supported")
    make_due()
    run_jobs()
    message = SmsMessage.objects.get()
    assert (message.failure, len(twilio.requests)) == ("refused", 1)
    assert str(code) in message.error
    assert BOB not in message.error
    assert counts() == {"by network 192.0.2.1": 1}  # networks are not given back


def test_repeated_key_fails_as_the_first_time(twilio):
    """O8."""
    twilio.fail_with = 21211
    failure(NumberRefused)
    failure(NumberRefused)
    assert len(twilio.requests) == 1


def test_conversion_is_recorded_once(twilio):
    """O10."""
    message = send()
    services.mark_used("phone:1")
    message.refresh_from_db()
    first = message.used_at
    services.mark_used("phone:1")
    message.refresh_from_db()
    assert first == message.used_at is not None
