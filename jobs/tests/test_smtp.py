"""Letters through a real mail server."""

import socket
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller

from jobs.mail import message_id
from jobs.models import Job
from jobs.services import enqueue_mail
from jobs.tests.test_running import LONG_AGO

pytestmark = pytest.mark.django_db


class Mailbox:
    """Answers with each of `answers` in turn, and then takes what comes."""

    def __init__(self):
        self.answers: list[str] = []
        self.letters: list = []

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        self.letters.append(message_from_bytes(envelope.content))
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


def write_letter() -> None:
    words = {"subject": "Paldies, Jāni!", "text": "Спасибо!", "html": "<b>Спасибо!</b>"}
    enqueue_mail("thanks:1", to="bob@example.com", **words)


def make_due() -> None:
    Job.objects.exclude(due_at=None).update(due_at=LONG_AGO)


def test_a_letter_arrives_as_it_was_written(mail_server, mailbox, run_jobs):
    mail_server.start()
    write_letter()
    run_jobs()
    [letter] = mailbox.letters
    assert letter["Message-ID"] == message_id("thanks:1")
    text, html = letter.get_payload()
    assert text.get_payload(decode=True).decode() == "Спасибо!"
    assert html.get_content_type() == "text/html"


def test_letters_wait_for_a_server_that_is_away(mail_server, mailbox, run_jobs):
    write_letter()
    run_jobs(may_fail=True)
    assert Job.objects.get().status == "waiting"
    mail_server.start()
    make_due()
    run_jobs()
    assert len(mailbox.letters) == 1


@pytest.mark.parametrize(
    ("answer", "status"), [("451 busy", "waiting"), ("550 no such user", "dead")]
)
def test_a_refusal_is_final_if_it_says_so(
    mail_server, mailbox, run_jobs, answer, status
):
    mail_server.start()
    mailbox.answers = [answer]
    write_letter()
    run_jobs(may_fail=True)
    assert Job.objects.get().status == status
