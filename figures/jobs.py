"""Periodic jobs of figures."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from figures import searches, services
from figures.models import SearchWithoutResults
from jobs.maintenance import delete_rows, maintenance
from jobs.registry import every, job


@every(minutes=15)
# Not atomic: the first time it is long, and each part commits its own transaction.
@job(max_attempts=3, timeout_s=1800, atomic=False)
def count_days() -> None:
    """Count yesterday and today so far."""
    services.count_recent_days()


@maintenance("forget rare searches", after=("delete old searches without results",))
def forget_rare_searches(at: datetime, *, dry_run: bool) -> int:
    """Forget the words of earlier days that few people have searched."""
    today = timezone.localdate(at, timezone.get_default_timezone())
    if dry_run:
        return searches.rare(before=today).count()
    return searches.forget_rare(before=today)


@maintenance("delete old searches without results")
def delete_old_searches(at: datetime, *, dry_run: bool) -> int:
    """Delete the searches that found nothing more than SEARCH_DAYS ago."""
    today = timezone.localdate(at, timezone.get_default_timezone())
    before = today - timedelta(days=settings.SEARCH_DAYS)
    old = SearchWithoutResults.objects.filter(day__lt=before)
    return delete_rows(old, dry_run=dry_run)
