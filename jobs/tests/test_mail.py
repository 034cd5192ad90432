"""Letters: once for each key, and no second try where none can help."""

from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from jobs.models import Job
from jobs.services import enqueue_mail

pytestmark = pytest.mark.django_db
LETTER = {"to": "bob@example.com", "subject": "Paldies", "text": "Hello."}


def test_a_letter_goes_out_with_everything(run_jobs):
    headers = {"List-Unsubscribe": "<https://example.com>"}
    enqueue_mail("welcome:1", **LETTER, html="<b>Hello.</b>", headers=headers)
    run_jobs()
    [letter] = mail.outbox
    assert (letter.to, letter.body) == (["bob@example.com"], "Hello.")
    assert letter.alternatives[0].content == "<b>Hello.</b>"
    assert letter.extra_headers.items() >= headers.items()


def test_one_key_is_one_letter(run_jobs):
    for _time in range(2):
        enqueue_mail("welcome:1", **LETTER)
    run_jobs()
    assert len(mail.outbox) == 1


def test_a_letter_sent_again_is_told_by_its_id(run_jobs):
    for key in ("one", "two"):
        enqueue_mail(key, **LETTER)
    run_jobs()
    Job.objects.all().delete()
    enqueue_mail("one", **LETTER)
    run_jobs()
    one, two, again = (letter.extra_headers["Message-ID"] for letter in mail.outbox)
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
def test_only_what_may_pass_is_tried_again(run_jobs, monkeypatch, refusal, status):
    def refuse(self, messages):
        raise refusal

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    enqueue_mail("welcome:1", **LETTER)
    run_jobs(may_fail=True)
    assert Job.objects.get().status == status


def test_a_subject_that_forges_headers_is_given_up(run_jobs):
    enqueue_mail("welcome:1", **LETTER | {"subject": "x\nBcc: eve@example.com"})
    run_jobs(may_fail=True)
    assert (Job.objects.get().status, mail.outbox) == ("dead", [])
