"""Periodic maintenance of moderation."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from jobs.maintenance import delete_rows, maintenance
from moderation.models import Case, Strike


@maintenance("close decided cases")
def close_decided_cases(at: datetime, *, dry_run: bool) -> int:
    """Close cases that nobody can appeal against any more; return how many."""
    over = _over(at)
    return over.count() if dry_run else over.update(status=Case.Status.CLOSED)


def _over(at: datetime) -> QuerySet[Case]:
    before = at - timedelta(days=settings.APPEAL_DAYS)
    return Case.objects.filter(status=Case.Status.DECIDED, decided_at__lt=before)


@maintenance("delete expired strikes")
def delete_expired_strikes(at: datetime, *, dry_run: bool) -> int:
    """Delete strikes that count no more; return how many."""
    return delete_rows(Strike.objects.filter(expires_at__lte=at), dry_run=dry_run)
