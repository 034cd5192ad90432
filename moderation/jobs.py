"""Periodic maintenance of moderation."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from jobs.maintenance import delete_rows, maintenance
from moderation.models import Case, CaseSnapshot, Report, Strike


@maintenance("close decided cases")
def close_decided_cases(at: datetime, *, dry_run: bool) -> int:
    """Close cases that nobody can appeal against any more; return how many."""
    over = _over(at)
    return over.count() if dry_run else over.update(status=Case.Status.CLOSED)


def _over(at: datetime) -> QuerySet[Case]:
    before = at - timedelta(days=settings.APPEAL_DAYS)
    return Case.objects.filter(status=Case.Status.DECIDED, decided_at__lt=before)


@maintenance("forget outsiders who have reported", after=("close decided cases",))
def forget_outsiders(at: datetime, *, dry_run: bool) -> int:
    """Delete names and addresses of who reported without an account; return how many.

    `REPORTER_DAYS` after nobody can appeal any more.
    """
    named = ~Q(email="") | ~Q(name="")
    old = Report.objects.filter(named, case__in=_long_closed(at), reporter=None)
    if dry_run:
        return old.count()
    return old.update(name="", email="", language="")


@maintenance("delete texts of closed cases", after=("close decided cases",))
def delete_old_snapshots(at: datetime, *, dry_run: bool) -> int:
    """Delete what things said when they were reported; return how many.

    `REPORTER_DAYS` after nobody can appeal any more.
    """
    old = CaseSnapshot.objects.filter(case__in=_long_closed(at))
    return delete_rows(old, dry_run=dry_run)


def _long_closed(at: datetime) -> QuerySet[Case]:
    days = settings.APPEAL_DAYS + settings.REPORTER_DAYS
    before = at - timedelta(days=days)
    return Case.objects.filter(status=Case.Status.CLOSED, decided_at__lt=before)


@maintenance("delete expired strikes")
def delete_expired_strikes(at: datetime, *, dry_run: bool) -> int:
    """Delete strikes that count no more; return how many."""
    return delete_rows(Strike.objects.filter(expires_at__lte=at), dry_run=dry_run)
