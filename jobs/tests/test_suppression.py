"""Addresses that bounce or complain get no further e-mail, until staff lift them."""

import hashlib
import hmac
import json
from base64 import b64encode
from smtplib import SMTPRecipientsRefused

import pytest
from anymail.exceptions import AnymailRecipientsRefused
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse

from core.email_addresses import normalize_email
from jobs.models import Job, SuppressedAddress
from jobs.services import enqueue_mail
from jobs.suppression import is_suppressed, suppress
from jobs.tests.test_smtp import mail_server, mailbox  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
BOB = "bob@example.com"
URL = "/api/mail/events"
BOUNCE = {"RecordType": "Bounce", "Type": "HardBounce", "ID": 7, "Email": BOB}
COMPLAINT = {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "Email": BOB}
SOFT = {"RecordType": "Bounce", "Type": "Transient", "ID": 7, "Email": BOB}


def send_to(address: str, run_jobs, *, key: str = "hello:1") -> None:
    enqueue_mail(key, to=address, subject="Paldies", text="Hello.")
    run_jobs(may_fail=True)


def refuse_with(monkeypatch, refusal: Exception) -> None:
    def fail(self, messages):
        raise refusal

    monkeypatch.setattr(EmailBackend, "send_messages", fail)


def test_suppressed_address_gets_no_email(run_jobs):
    """Y3: and the job is done, not retried."""
    suppress(BOB, "bounce")
    send_to("Bob@EXAMPLE.com", run_jobs)
    send_to("alice@example.com", run_jobs, key="hello:2")
    assert [email.to for email in mail.outbox] == [["alice@example.com"]]
    assert set(Job.objects.values_list("status", flat=True)) == {"done"}


@pytest.mark.parametrize(
    ("code", "text", "suppressed"),
    [
        (550, b"no such user", True),
        (550, b"5.1.1 no such user", True),
        (550, b"5.2.1 mailbox disabled", True),
        (552, b"5.2.2 mailbox full", False),
        (550, b"5.7.1 your address is on a block list", False),
        (554, b"5.7.1 relay access denied", False),
        (530, b"5.7.0 authentication required", False),
        (450, b"4.2.0 greylisted", False),
    ],
)
def test_refusal_of_the_address_is_a_bounce(
    run_jobs, monkeypatch, code, text, suppressed
):
    """Y3: but not one about the sender, of which the recipient is innocent."""
    refuse_with(monkeypatch, SMTPRecipientsRefused({BOB: (code, text)}))
    send_to(BOB, run_jobs)
    assert is_suppressed(BOB) is suppressed
    assert Job.objects.get().status == ("waiting" if code < 500 else "dead")


def test_real_server_that_refuses_the_recipient(
    mail_server,  # noqa: F811
    mailbox,  # noqa: F811
    run_jobs,
):
    """Y3."""

    async def refuse(server, session, envelope, address, options):
        return "550 5.1.1 No such user"

    mailbox.handle_RCPT = refuse
    mail_server.start()
    send_to(BOB, run_jobs)
    assert is_suppressed(BOB)
    assert "No such user" in SuppressedAddress.objects.get().detail


def test_recipient_that_a_provider_refuses_is_suppressed(run_jobs, monkeypatch):
    """Y3."""
    refuse_with(monkeypatch, AnymailRecipientsRefused())
    send_to(BOB, run_jobs)
    assert (is_suppressed(BOB), Job.objects.get().status) == (True, "dead")


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Bob@Example.COM", "bob@example.com"),
        ("bob@bücher.example", "bob@xn--bcher-kva.example"),
        ("bob@xn--bcher-kva.example", "bob@xn--bcher-kva.example"),
        ("bob@localhost", "bob@localhost"),
        ("odd", "odd"),
    ],
)
def test_address_has_one_spelling(written, stored):
    """Y3."""
    assert normalize_email(written) == stored


# --- What providers report ------------------------------------------------------------


@pytest.fixture
def provider(settings):
    """Postmark, and the secret of its webhook."""
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.MAIL_WEBHOOK_SECRET = "hook:very-secret"
    settings.ANYMAIL = {"WEBHOOK_SECRET": settings.MAIL_WEBHOOK_SECRET}


def post(body, *, secret: str = "hook:very-secret"):
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    auth = "Basic " + b64encode(secret.encode()).decode()
    client = Client(enforce_csrf_checks=True)
    return client.post(
        URL, text, content_type="application/json", HTTP_AUTHORIZATION=auth
    )


@pytest.mark.parametrize(
    ("event", "reason"), [(BOUNCE, "bounce"), (COMPLAINT, "complaint")]
)
def test_reported_address_is_suppressed(provider, event, reason):
    """Y3."""
    assert post(event).status_code == 200
    assert SuppressedAddress.objects.get().reason == reason
    assert is_suppressed(BOB)


def test_delay_is_no_bounce(provider):
    """Y3: the provider tries again itself."""
    assert post(SOFT).status_code == 200
    assert not SuppressedAddress.objects.exists()


@pytest.mark.parametrize("secret", ["hook:guess", "", "hook"])
def test_event_without_the_secret_is_refused(provider, secret, caplog):
    """Y3: without a traceback in the log, as anybody can send one."""
    assert post(BOUNCE, secret=secret).status_code == 400
    assert not SuppressedAddress.objects.exists()
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize(
    "address", ["a\0b@x.example", "a" * 5000 + "@x.example", "nobody", "<>", "a b@c.d"]
)
def test_event_of_no_address_of_ours_is_taken(provider, address):
    """Y3: a provider would send it again for days."""
    assert post(BOUNCE | {"Email": address}).status_code == 200
    assert not SuppressedAddress.objects.exists()


def test_name_beside_the_address_is_dropped(provider):
    """Y3: the address alone is written to."""
    assert post(BOUNCE | {"Email": f"Bob <{BOB.upper()}>"}).status_code == 200
    assert is_suppressed(BOB)


def test_without_a_secret_there_is_no_webhook(provider, settings):
    """Y3: also with a provider, and a request without a secret."""
    settings.MAIL_WEBHOOK_SECRET, settings.ANYMAIL = "", {"WEBHOOK_SECRET": ""}
    assert post(BOUNCE, secret="").status_code == 404
    assert not SuppressedAddress.objects.exists()


def test_without_a_provider_there_is_no_webhook(settings):
    """Y3."""
    settings.MAIL_WEBHOOK_SECRET = "hook:very-secret"
    assert post(BOUNCE).status_code == 404


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b'"x"', b"null", b"\xff", b"[" * 3000]
)
def test_body_that_is_no_event_is_refused(provider, body):
    """Y3: with 400, never 500."""
    assert post(body).status_code == 400


def test_signature_of_a_provider_is_checked(settings, provider):
    """Y3: beside the secret, where the provider signs."""
    settings.EMAIL_BACKEND = "anymail.backends.mailgun.EmailBackend"
    settings.ANYMAIL |= {"MAILGUN_WEBHOOK_SIGNING_KEY": "key"}
    event = {"event": "complained", "recipient": BOB, "timestamp": 1, "id": "x"}
    signed = hmac.new(b"key", b"1token", hashlib.sha256).hexdigest()
    for signature, status in (("0" * 64, 400), (signed, 200)):
        given = {"timestamp": "1", "token": "token", "signature": signature}
        assert post({"signature": given, "event-data": event}).status_code == status
        assert is_suppressed(BOB) is (status == 200)


# --- Staff ----------------------------------------------------------------------------


def test_staff_see_and_lift_an_address(administrator, run_jobs):
    """Y3."""
    suppress(BOB, "bounce", detail="550 no such user")
    assert "Addresses that refuse e-mails" in administrator.get("/admin/").text
    page = reverse("admin:jobs_suppressedaddress_changelist")
    assert (
        "550 no such user" in administrator.get(page, {"status__exact": "active"}).text
    )
    row = SuppressedAddress.objects.get()
    action = reverse("admin:jobs_suppressedaddress_action", args=[row.pk, "lift"])
    administrator.post(action, {"reason": "The address was repaired."})
    send_to(BOB, run_jobs)
    assert len(mail.outbox) == 1


def test_lifted_address_that_bounces_again_is_suppressed_again():
    """Y3."""
    suppress(BOB, "bounce")
    SuppressedAddress.objects.update(status="lifted")
    suppress(BOB, "complaint")
    row = SuppressedAddress.objects.get()
    assert (row.status, row.reason, row.reports) == ("active", "complaint", 2)
