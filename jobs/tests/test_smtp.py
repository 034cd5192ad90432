"""E-mails through a real mail server."""

import socket
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller

from jobs.mail import make_message_id
from jobs.models import Job
from jobs.services import enqueue_mail
from jobs.tests.test_running import LONG_AGO

pytestmark = pytest.mark.django_db


class Mailbox:
    """Answers with each of `answers` in turn, and then takes what comes."""

    def __init__(self):
        self.answers: list[str] = []
        self.emails: list = []

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        self.emails.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def mail_server(mailbox, settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    yield server
    server.stop(no_assert=True)


def queue_email() -> None:
    parts = {"subject": "Paldies, Jāni!", "text": "Спасибо!", "html": "<b>Спасибо!</b>"}
    enqueue_mail("thanks:1", to="bob@example.com", **parts)


def make_due() -> None:
    Job.objects.exclude(due_at=None).update(due_at=LONG_AGO)


def test_email_arrives_with_both_parts(mail_server, mailbox, run_jobs):
    mail_server.start()
    queue_email()
    run_jobs()
    [email] = mailbox.emails
    assert email["Message-ID"] == make_message_id("thanks:1")
    text, html = email.get_payload()
    assert text.get_payload(decode=True).decode() == "Спасибо!"
    assert html.get_content_type() == "text/html"


def test_emails_wait_while_the_server_is_down(mail_server, mailbox, run_jobs):
    queue_email()
    run_jobs(may_fail=True)
    assert Job.objects.get().status == "waiting"
    mail_server.start()
    make_due()
    run_jobs()
    assert len(mailbox.emails) == 1


@pytest.mark.parametrize(
    ("answer", "status"), [("451 busy", "waiting"), ("550 no such user", "dead")]
)
def test_5xx_is_permanent_and_4xx_is_retried(
    mail_server, mailbox, run_jobs, answer, status
):
    mail_server.start()
    mailbox.answers = [answer]
    queue_email()
    run_jobs(may_fail=True)
    assert Job.objects.get().status == status
