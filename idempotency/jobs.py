"""Periodic maintenance of stored answers."""

from datetime import datetime

from idempotency import services
from idempotency.models import StoredAnswer
from jobs.maintenance import maintenance


@maintenance("delete expired stored answers")
def delete_expired_stored_answers(at: datetime, *, dry_run: bool) -> int:
    """Delete answers to `Idempotency-Key` after 24 hours; return how many."""
    if dry_run:
        old = StoredAnswer.objects.filter(created_at__lte=at - services.KEPT)
        return old.count()
    return services.delete_expired(at=at)
