"""Background jobs of the queue itself: sending e-mails, and periodic maintenance."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from core.budget import Budget, limited_to
from core.encryption import decrypt
from core.metrics import observe_email
from jobs import mail
from jobs.exceptions import PermanentFailure
from jobs.maintenance import delete_rows, in_order, maintenance, run_all
from jobs.models import Job, SuppressedAddress
from jobs.registry import Backoff, every, job
from jobs.services import enqueue

MAINTENANCE_S = 4.0  # of one job


@every(hours=1)
# Not atomic: it is long, and each maintenance job commits its own transactions.
@job(max_attempts=3, timeout_s=1800, atomic=False)
def maintain(at: str = "", begin: str = "", after: int = 0, part: int = 0) -> None:
    """Run the maintenance jobs, as `manage.py maintain` does, for a few seconds.

    Then queues its continuation: from the maintenance job `begin` on, and from the row
    after `after`, at the same time `at`. Other jobs run in between, and the worker can
    be stopped. Raises `RuntimeError` naming those that failed, so that they run again
    later.
    """
    now = datetime.fromisoformat(at) if at else timezone.now()
    counts, budget = {}, Budget(MAINTENANCE_S, after=after)
    left = ""  # the name of the one that goes on
    with limited_to(budget):
        for name, count in run_all(at=now, dry_run=False, begin=begin):
            counts[name] = count
            if budget.stopped_after is not None or budget.is_spent:
                left = name
                break
            budget.after = 0  # of the first one alone
    if left:
        _continue(now, left, budget, part + 1)
    failed = [name for name, count in counts.items() if count is None]
    if failed:
        raise RuntimeError(f"Failed: {', '.join(failed)}.")


def _continue(at: datetime, left: str, budget: Budget, part: int) -> None:
    """Queue the rest: of the maintenance job `left`, or of those after it."""
    names = [task.name for task in in_order()]
    if budget.stopped_after is None:
        following = names[names.index(left) + 1 :]
        if not following:
            return
        left = following[0]
    # The key: a part that is repeated does not queue the next one twice. It names the
    # hour, for the first part takes another time when it is repeated.
    enqueue(
        maintain,
        key=f"jobs.maintain@{at:%Y-%m-%dT%H}#{part}",
        at=at.isoformat(),
        begin=left,
        after=budget.stopped_after or 0,
        part=part,
    )


@maintenance("delete finished jobs")
def delete_finished_jobs(at: datetime, *, dry_run: bool) -> int:
    """Delete done and discarded jobs after `FINISHED_JOB_DAYS`.

    Until then the row keeps its key from being queued again.
    """
    before = at - timedelta(days=settings.FINISHED_JOB_DAYS)
    return delete_rows(Job.objects.finished_before(before), dry_run=dry_run)


@maintenance("delete dead jobs")
def delete_dead_jobs(at: datetime, *, dry_run: bool) -> int:
    """Delete jobs that have failed for good, on which nobody has decided for long.

    Their arguments hold addresses and texts.
    """
    before = at - timedelta(days=settings.DEAD_JOB_DAYS)
    dead = Job.objects.filter(status=Job.Status.DEAD, finished_at__lt=before)
    return delete_rows(dead, dry_run=dry_run)


@maintenance("delete lifted suppressions")
def delete_lifted_suppressions(at: datetime, *, dry_run: bool) -> int:
    """Delete addresses to which e-mails have been sent again for long."""
    before = at - timedelta(days=settings.SUPPRESSION_DAYS)
    lifted = SuppressedAddress.objects.filter(
        status=SuppressedAddress.Status.LIFTED, last_at__lt=before
    )
    return delete_rows(lifted, dry_run=dry_run)


# 10 attempts in about a day: after 10 s, 40 s, 3, 11 and 43 minutes, 3 hours, and then
# every 6 hours. The time limit is longer than all timeouts of `jobs.smtp` together: an
# attempt that is stopped after the e-mail was transmitted leads to a second one.
@job(
    max_attempts=10,
    timeout_s=2400,
    atomic=False,
    backoff=Backoff(first_s=10, factor=4, max_s=6 * 3600),
)
def send_mail(
    message_id: str,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    headers: dict | None = None,
    is_secret: bool = False,
) -> None:
    """Send an e-mail, queued by `jobs.services.enqueue_mail`. Raises as `mail.send`.

    With `is_secret` the texts are encrypted. Raises `Undecryptable` without the key in
    `ENCRYPTION_KEYS`: with it again, a later attempt succeeds.
    """
    outcome = "failed"
    try:
        if is_secret:
            text, html = decrypt(text), html and decrypt(html)
        mail.send(
            message_id,
            to=to,
            subject=subject,
            text=text,
            html=html,
            headers=headers or {},
        )
        outcome = "sent"
    except PermanentFailure:
        outcome = "refused"
        raise
    finally:
        observe_email(outcome)
