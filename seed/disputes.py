"""The disputes of disputed tasks."""

from datetime import timedelta

from django.conf import settings

from seed.market import Market
from tasks.models import Dispute, TaskRequest


def open_disputes(market: Market) -> None:
    """Let each disputed task have its dispute, which waits for the worker."""
    tasks = TaskRequest.objects.filter(status="disputed", disputes=None).order_by("pk")
    filed_at = market.calendar.before(1)
    answer_in = timedelta(days=settings.DISPUTE_RESPONSE_DAYS)
    Dispute.objects.bulk_create(
        Dispute(
            task=task,
            filed_by_id=task.creator_id,
            filed_against_id=task.assigned_to_id,
            reason=Dispute.Reason.OTHER,
            description=task.dispute_reason,
            respond_by=filed_at + answer_in,
            created_at=filed_at,
            updated_at=filed_at,
        )
        for task in tasks
    )
