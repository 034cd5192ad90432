"""Which conversation a member of staff may read: one at a time, with a reason."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from audit import services as audit
from audit.models import AuditLogEntry
from messaging.models import Conversation

OPEN_FOR = timedelta(hours=1)
ACTION = "open messages"


@transaction.atomic
def open_conversation(
    conversation: Conversation, *, actor: Any, reason: str
) -> Conversation:
    """Record that `actor` reads the messages from now on, and return the conversation.

    It closes the one that was open before.
    """
    audit.record(conversation, actor=actor, action=ACTION, reason=reason)
    return conversation


def is_open(conversation: Conversation, actor: Any, *, at: datetime) -> bool:
    """Return whether it is what `actor` opened last, less than `OPEN_FOR` before `at`.

    One query.
    """
    opened = AuditLogEntry.objects.filter(
        actor=actor,
        subject_type=Conversation._meta.label_lower,
        action=ACTION,
        created_at__gt=at - OPEN_FOR,
    )
    newest = opened.order_by("-created_at", "-id").values_list("subject_id", flat=True)
    return newest.first() == conversation.pk
