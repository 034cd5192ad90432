"""Periodic maintenance of stored answers."""

from datetime import datetime

from idempotency.models import StoredAnswer
from idempotency.services import KEPT
from jobs.maintenance import delete_rows, maintenance


@maintenance("delete expired stored answers")
def delete_expired_stored_answers(at: datetime, *, dry_run: bool) -> int:
    """Delete answers to `Idempotency-Key` after 24 hours; return how many."""
    old = StoredAnswer.objects.filter(created_at__lte=at - KEPT)
    return delete_rows(old, dry_run=dry_run)
