"""Personal data of conversations."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from core.db.batches import id_batches
from core.privacy import describe, erasure_step
from messaging.models import (
    Attachment,
    Conversation,
    DigestCursor,
    Message,
    MessageVersion,
)

PARTIES = "conversation__participant_1 conversation__participant_2"
SHARED = "The conversation is also that of the other person."


def not_deleted(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Return the messages that their recipient can read."""
    return messages.filter(deleted_at=None)


describe(
    Conversation,
    whose=("participant_1", "participant_2"),
    purpose="Who writes to whom, and about which item.",
    retention="As long as one of the two has an account.",
    exports="started_by task offering listing last_seq",
    internal="last_message read_seq_1 read_seq_2",
    keep={
        "started_by task offering listing last_seq last_message": SHARED,
        "read_seq_1 read_seq_2": SHARED,
    },
)
describe(
    Message,
    whose="sender",
    parties=PARTIES,
    purpose="What people write to each other.",
    retention="As long as one of the two has an account.",
    exports="conversation seq content task offering listing edited_at deleted_at",
    private="client_msg_id",
    party_rows=not_deleted,
    blank="client_msg_id",
    keep={
        "content": "The recipient has it as a party; ERASURE_BLANKS_MESSAGES empties "
        "it. That of deleted messages is emptied always.",
        "conversation seq task offering listing edited_at deleted_at": SHARED,
    },
)
describe(
    MessageVersion,
    whose="message__sender",
    purpose="Texts of messages before an edit, which only staff see.",
    retention="As long as the message.",
    exports="message content replaced_at",
    delete=True,
)
describe(
    Attachment,
    whose=("message__sender", "upload__owner"),
    purpose="Pictures of messages.",
    exports="message upload",
    delete=True,
)
describe(
    DigestCursor,
    whose="user",
    purpose="Up to where a person was notified of unread messages.",
    internal="conversation seq",
    delete=True,
)


@erasure_step
def empty_messages(person: Any) -> None:
    """Empty the deleted messages of `person`; with ERASURE_BLANKS_MESSAGES, all."""
    rows = Message.objects.filter(sender=person.pk).exclude(content="")
    if not settings.ERASURE_BLANKS_MESSAGES:
        rows = rows.filter(deleted_at__isnull=False)
    for batch in id_batches(rows):
        Message.objects.filter(pk__in=batch).update(content="")
