"""E-mails about changes of credentials."""

import re

import pytest
from django.core import mail
from django.test import RequestFactory
from django.utils.translation import override

from accounts import security_emails
from accounts.devices import device_of
from accounts.models import SecurityEvent
from accounts.tests.factories import UserFactory
from jobs.models import Job

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"
DETAILS = {"left": 9, "provider": "Google"}


@pytest.fixture
def device():
    headers = {"REMOTE_ADDR": "203.0.113.77", "HTTP_USER_AGENT": FIREFOX}
    return device_of(RequestFactory().get("/", **headers))


@pytest.mark.parametrize("event", security_emails.EMAILS)
@pytest.mark.parametrize("language", ["lv", "ru", "en"])
def test_every_event_has_a_subject_and_a_sentence(event, language):
    alice = UserFactory.build(language=language)
    email = security_emails.render(alice, event, **DETAILS)
    assert email["subject"].removeprefix("Marketplace: ")
    assert "%" not in email["text"]
    assert "/profile" in email["text"]


def test_email_says_when_and_from_where(alice, device, run_jobs):
    """A14: the person is notified of a change, with device and shortened network."""
    security_emails.send(alice, SecurityEvent.Type.PASSWORD_CHANGED, device)
    run_jobs()
    [email] = mail.outbox
    assert email.to == [alice.email]
    assert "Firefox, Linux" in email.body
    assert "203.0.113.0/24" in email.body
    assert "203.0.113.77" not in email.body


def test_email_is_in_the_language_of_the_person(alice, run_jobs):
    alice.language = "lv"
    with override("en"):
        security_emails.send(alice, SecurityEvent.Type.PASSWORD_CHANGED)
    run_jobs()
    assert re.search("[āēīšž]", mail.outbox[0].body)


def test_unconfirmed_address_is_told_only_where_nobody_confirms(alice, settings):
    alice.email_confirmed = False
    assert security_emails.address_of(alice) == alice.email
    settings.EMAIL_CONFIRMATION = "before_contact"
    assert security_emails.address_of(alice) == ""


def test_the_former_address_can_be_told(alice, run_jobs):
    """A14: the old address is notified of a change."""
    event = SecurityEvent.Type.EMAIL_CHANGED
    security_emails.send(alice, event, to="old@example.com")
    run_jobs()
    assert mail.outbox[0].to == ["old@example.com"]


def test_repeated_event_with_a_key_is_told_once(alice):
    for _time in range(3):
        event = SecurityEvent.Type.SECOND_FACTOR_FAILED
        security_emails.send(alice, event, key="2031-05-06T11")
    assert Job.objects.count() == 1


def test_record_and_send_does_both(alice):
    event = SecurityEvent.Type.RECOVERY_CODE_USED
    security_emails.record_and_send(alice, event, left=3)
    assert alice.security_events.get().details == {"left": 3}
    assert Job.objects.count() == 1
