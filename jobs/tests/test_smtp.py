"""E-mails through a real mail server."""

import asyncio
import socket
import time
from datetime import timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings as django_settings
from django.utils import timezone

from jobs.mail import make_message_id
from jobs.models import Job
from jobs.registry import get_job
from jobs.services import enqueue_mail
from jobs.tests.test_running import LONG_AGO

pytestmark = pytest.mark.django_db


class Mailbox:
    """Answers with each of `answers` in turn, and then takes what comes."""

    def __init__(self):
        self.answers: list[str] = []
        self.emails: list = []
        self.delay_s = 0.0  # before it answers that it took an e-mail

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        self.emails.append(message_from_bytes(envelope.content))
        await asyncio.sleep(self.delay_s)
        return "250 OK"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def mail_server(mailbox, settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings.EMAIL_BACKEND = "jobs.smtp.EmailBackend"
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


@pytest.fixture
def impatient(settings):
    settings.EMAIL_TIMEOUT = settings.EMAIL_COMMAND_TIMEOUT = 0.2


def test_slow_answer_is_waited_for(mail_server, mailbox, run_jobs, impatient):
    """K3: the e-mail is sent once, though the answer takes longer than to connect."""
    mailbox.delay_s = 0.6
    mail_server.start()
    queue_email()
    run_jobs()
    assert (len(mailbox.emails), Job.objects.get().attempts) == (1, 1)


def test_answer_that_never_comes_is_a_failure(
    mail_server, mailbox, run_jobs, impatient, settings
):
    """K3: after `EMAIL_DATA_TIMEOUT`."""
    settings.EMAIL_DATA_TIMEOUT, mailbox.delay_s = 0.3, 2
    mail_server.start()
    queue_email()
    run_jobs(may_fail=True)
    assert Job.objects.get().status == "waiting"


def test_server_without_a_greeting_is_left_soon(settings, run_jobs, impatient):
    """K3: it must not hold the worker."""
    settings.EMAIL_BACKEND = "jobs.smtp.EmailBackend"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        queue_email()
        began = time.monotonic()
        run_jobs(may_fail=True)
    assert time.monotonic() - began < 5
    assert Job.objects.get().status == "waiting"


def test_email_is_attempted_ten_times_in_about_a_day(run_jobs, settings):
    """K3."""
    settings.EMAIL_BACKEND = "jobs.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens
    queue_email()
    waited = timedelta()
    while (job := Job.objects.get()).status == "waiting":
        make_due()
        run_jobs(may_fail=True)
        if due_at := Job.objects.get().due_at:
            waited += due_at - timezone.now()
    assert (job.status, job.attempts) == ("dead", 10)
    assert timedelta(hours=21) < waited < timedelta(hours=28)


def test_timeouts_of_an_email_fit_in_its_time_limit():
    """K3: an attempt is never stopped while it waits for the answer."""
    commands = 8 * django_settings.EMAIL_COMMAND_TIMEOUT
    data = 3 * django_settings.EMAIL_DATA_TIMEOUT
    assert data >= 3 * 600
    assert get_job("jobs.send_mail").timeout_s > commands + data
