"""E-mails: one per key, and a retry only after a temporary failure."""

from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from jobs.models import Job
from jobs.services import enqueue_mail

pytestmark = pytest.mark.django_db
EMAIL = {"to": "bob@example.com", "subject": "Paldies", "text": "Hello."}


def test_email_is_sent_with_all_its_parts(run_jobs):
    headers = {"List-Unsubscribe": "<https://example.com>"}
    enqueue_mail("welcome:1", **EMAIL, html="<b>Hello.</b>", headers=headers)
    run_jobs()
    [email] = mail.outbox
    assert (email.to, email.body) == (["bob@example.com"], "Hello.")
    assert email.alternatives[0].content == "<b>Hello.</b>"
    assert email.extra_headers.items() >= headers.items()


def test_key_is_one_email(run_jobs):
    for _time in range(2):
        enqueue_mail("welcome:1", **EMAIL)
    run_jobs()
    assert len(mail.outbox) == 1


def test_message_id_depends_on_the_key_alone(run_jobs):
    for key in ("one", "two"):
        enqueue_mail(key, **EMAIL)
    run_jobs()
    Job.objects.all().delete()
    enqueue_mail("one", **EMAIL)
    run_jobs()
    one, two, again = (email.extra_headers["Message-ID"] for email in mail.outbox)
    assert one == again != two


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (SMTPRecipientsRefused({"bob@example.com": (550, b"no such user")}), "dead"),
        (SMTPRecipientsRefused({"bob@example.com": (450, b"greylisted")}), "waiting"),
        (SMTPDataError(554, b"spam"), "dead"),
        (SMTPDataError(451, b"busy"), "waiting"),
        (SMTPServerDisconnected("gone"), "waiting"),
        (ConnectionRefusedError(), "waiting"),
    ],
)
def test_only_temporary_failures_are_retried(run_jobs, monkeypatch, refusal, status):
    def refuse(self, messages):
        raise refusal

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    enqueue_mail("welcome:1", **EMAIL)
    run_jobs(may_fail=True)
    assert Job.objects.get().status == status


def test_subject_that_injects_headers_is_dead(run_jobs):
    enqueue_mail("welcome:1", **EMAIL | {"subject": "x\nBcc: eve@example.com"})
    run_jobs(may_fail=True)
    assert (Job.objects.get().status, mail.outbox) == ("dead", [])


def test_secret_text_is_encrypted_until_it_is_sent(run_jobs, mailoutbox):
    """O1: codes and links that open an account are not in the table of jobs."""
    enqueue_mail(
        "x", to="a@example.com", subject="S", text="424242", html="<b>424242</b>",
        is_secret=True,
    )  # fmt: skip
    assert "424242" not in str(Job.objects.values_list("kwargs", flat=True))
    run_jobs()
    assert mailoutbox[0].body == "424242"
    assert mailoutbox[0].alternatives[0][0] == "<b>424242</b>"
