"""The job that any app may queue."""

from jobs import mail
from jobs.registry import job


@job(tries=150, seconds=60, outward=True)  # a day of a mail server that is away
def send_mail(
    letter: str,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    headers: dict | None = None,
) -> None:
    """Send the letter called `letter`; see `services.enqueue_mail`."""
    mail.deliver(
        letter, to=to, subject=subject, text=text, html=html, headers=headers or {}
    )
