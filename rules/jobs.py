"""Background jobs of rules, and their periodic maintenance."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from jobs.maintenance import delete_rows, maintenance
from jobs.registry import every, job
from rules import alerts, price_levels, services
from rules.models import Fingerprint, RuleHit


@job(max_attempts=3, atomic=False)  # it reads files
def check_later(kind: str, pk: int, names: list[str]) -> None:
    """Run the rules for which the post did not wait when it was saved."""
    services.check_saved(kind, pk, names)


@job()
def record_failure(name: str) -> None:
    """Count a failure of a rule, and notify staff once an hour."""
    services.record_failure(name)
    alerts.rule_fails(name, at=timezone.now())


@every(days=1)
@job(max_attempts=3, timeout_s=600, atomic=False)  # long
def compute_price_levels() -> None:
    """Compute what the open items of each category cost."""
    price_levels.compute()


@maintenance("delete old fingerprints")
def delete_old_fingerprints(at: datetime, *, dry_run: bool) -> int:
    """Delete the fingerprints that are older than FINGERPRINT_DAYS."""
    before = at - timedelta(days=settings.FINGERPRINT_DAYS)
    return delete_rows(
        Fingerprint.objects.filter(created_at__lt=before), dry_run=dry_run
    )


@maintenance("delete old hits of rules")
def delete_old_hits(at: datetime, *, dry_run: bool) -> int:
    """Delete the hits that are older than RULE_HIT_DAYS."""
    before = at - timedelta(days=settings.RULE_HIT_DAYS)
    return delete_rows(RuleHit.objects.filter(created_at__lt=before), dry_run=dry_run)
