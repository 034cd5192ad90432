"""The jobs of the queue itself: e-mails of any app, and the periodic maintenance."""

from datetime import datetime

from django.utils import timezone

from jobs import mail, services
from jobs.maintenance import delete_rows, maintenance, run_all
from jobs.registry import every, job


@every(hours=1)
@job(max_attempts=3, timeout_s=1800, atomic=False)  # long, and each part a transaction
def maintain() -> None:
    """Do what `manage.py maintain` does. Raises `RuntimeError` naming what failed."""
    counts = dict(run_all(at=timezone.now(), dry_run=False))
    failed = [name for name, count in counts.items() if count is None]
    if failed:
        raise RuntimeError(f"Failed: {', '.join(failed)}.")


@maintenance("delete finished jobs")
def delete_finished_jobs(at: datetime, *, dry_run: bool) -> int:
    return delete_rows(services.stale(at=at), dry_run=dry_run)


@job(
    max_attempts=150, timeout_s=60, atomic=False
)  # a day of a mail server that is away
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
