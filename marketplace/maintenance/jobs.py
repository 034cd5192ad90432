"""The list of jobs. Each is idempotent, and safe to run twice at once.

A job takes the time and whether to leave everything as it is; it returns how many
rows it changed, or would have.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session as AdminSession
from django.db.models import QuerySet
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts import services as accounts
from alerts import services as alerts
from jobs import services as queue
from jobs.errors import OutOfTime
from listings import notices as listing_notices
from listings import services as listings
from listings.models import Listing
from marketplace import vocabulary
from marketplace.maintenance import pictures
from notifications import services as notifications
from realtime import services as realtime
from reviews import services as reviews
from tasks import notices as task_notices
from tasks import services as tasks
from tasks.models import TaskRequest
from tasks.workflow import TASK_WORKFLOW
from uploads import services as uploads

logger = logging.getLogger("marketplace.maintenance")


def expire_listings(at: datetime, *, dry_run: bool) -> int:
    if dry_run:
        return Listing.objects.due(at=at).count()
    return listings.expire(at=at)


def expire_tasks(at: datetime, *, dry_run: bool) -> int:
    return _run_due("expire", TaskRequest.objects.due(at=at), dry_run=dry_run)


def confirm_tasks(at: datetime, *, dry_run: bool) -> int:
    unconfirmed = TaskRequest.objects.unconfirmed(at=at)
    return _run_due("auto-confirm", unconfirmed, dry_run=dry_run)


def _run_due(name: str, due: QuerySet, *, dry_run: bool) -> int:
    return due.count() if dry_run else tasks.run_due(TASK_WORKFLOW, name, due)


def tell_of_ending_listings(at: datetime, *, dry_run: bool) -> int:
    ending = Listing.objects.ending(at=at).select_related("seller")
    return _told(ending, "listing_expiring", listing_notices.ends_soon, at, dry_run)


def tell_of_ending_tasks(at: datetime, *, dry_run: bool) -> int:
    ending = TaskRequest.objects.ending(at=at).select_related("creator")
    return _told(ending, "task_expiring", task_notices.ends_soon, at, dry_run)


def _told(
    rows: QuerySet, kind: str, tell: Callable, at: datetime, dry_run: bool
) -> int:
    """Tell of what ends soon and was not told of lately."""
    since = at - timedelta(days=settings.NOTICE_DAYS + 1)
    untold = notifications.untold(rows, kind, since=since)
    return untold.count() if dry_run else sum(map(tell, untold))


def mend_ratings(at: datetime, *, dry_run: bool) -> int:
    return _mended(reviews.misrated(), reviews.rate_person, dry_run=dry_run)


def mend_task_counts(at: datetime, *, dry_run: bool) -> int:
    return _mended(tasks.miscounted_workers(), tasks.count_tasks, dry_run=dry_run)


def mend_application_counts(at: datetime, *, dry_run: bool) -> int:
    wrong = tasks.miscounted_tasks()
    return _mended(wrong, tasks.recount_applications, dry_run=dry_run)


def mend_picture_counts(at: datetime, *, dry_run: bool) -> int:
    return len(pictures.miscounted()) if dry_run else pictures.recount()


def _mended(wrong: Iterable[int], mend: Callable, *, dry_run: bool) -> int:
    ids = sorted(wrong)
    if not dry_run:
        for pk in ids:
            mend(pk)
    return len(ids)


def sweep_uploads(at: datetime, *, dry_run: bool) -> int:
    return uploads.orphans(at=at).count() if dry_run else uploads.sweep(at=at)


def sweep_tokens(at: datetime, *, dry_run: bool) -> int:
    """Refresh tokens past their time, and with them the marks that they were used."""
    return _swept(OutstandingToken.objects.filter(expires_at__lte=at), dry_run=dry_run)


def sweep_sign_ins(at: datetime, *, dry_run: bool) -> int:
    return _swept(accounts.stale_sessions(at=at), dry_run=dry_run)


def sweep_tickets(at: datetime, *, dry_run: bool) -> int:
    return _swept(realtime.stale_tickets(at=at), dry_run=dry_run)


def sweep_admin_sessions(at: datetime, *, dry_run: bool) -> int:
    return _swept(AdminSession.objects.filter(expire_date__lte=at), dry_run=dry_run)


def learn_words(at: datetime, *, dry_run: bool) -> int:
    return vocabulary.learn(dry_run=dry_run)


def sweep_notifications(at: datetime, *, dry_run: bool) -> int:
    return _swept(notifications.stale(at=at), dry_run=dry_run)


def sweep_alerts(at: datetime, *, dry_run: bool) -> int:
    """What was told of items that ended a month ago."""
    until = at - timedelta(days=30)
    stale = alerts.stale(changed_since=until - timedelta(days=7), changed_until=until)
    return _swept(stale, dry_run=dry_run)


def sweep_queue(at: datetime, *, dry_run: bool) -> int:
    return _swept(queue.stale(at=at), dry_run=dry_run)


def _swept(rows: QuerySet, *, dry_run: bool) -> int:
    if dry_run:
        return rows.count()
    _all, by_model = rows.delete()
    return by_model.get(rows.model._meta.label, 0)


JOBS = {
    "tell of ending listings": tell_of_ending_listings,
    "tell of ending tasks": tell_of_ending_tasks,
    "expire listings": expire_listings,
    "expire tasks": expire_tasks,
    "confirm tasks": confirm_tasks,
    "mend ratings": mend_ratings,
    "mend task counts": mend_task_counts,
    "mend application counts": mend_application_counts,
    "mend picture counts": mend_picture_counts,  # before what none show are swept
    "sweep uploads": sweep_uploads,
    "sweep tokens": sweep_tokens,
    "sweep sign-ins": sweep_sign_ins,
    "sweep tickets": sweep_tickets,
    "sweep admin sessions": sweep_admin_sessions,
    "learn words": learn_words,
    "sweep notifications": sweep_notifications,
    "sweep alerts": sweep_alerts,
    "sweep queue": sweep_queue,
}


def run_all(*, at: datetime, dry_run: bool) -> Iterator[tuple[str, int | None]]:
    """Run every job; yield its name and its count, or None where it failed."""
    for name, job in JOBS.items():
        try:
            yield name, job(at, dry_run=dry_run)
        except OutOfTime:
            raise  # it is meant for all of them
        except Exception:
            logger.exception("job failed: %s", name)
            yield name, None
