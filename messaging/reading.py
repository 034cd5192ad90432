"""Mark messages as read, and count those that are not."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.db import shared_queries
from core.exceptions import ValidationFailed
from messaging import events
from messaging.models import Conversation, Message
from messaging.permissions import is_sender
from messaging.services import lock


def count_unread(user: User) -> int:
    """Return how many messages `user` has not read."""
    [(total,)] = shared_queries.rows(
        "messages.unread", Conversation.objects.total_unread, user=user
    )
    return total


def read(conversation: Conversation, *, reader: User, up_to: int) -> None:
    """Mark the messages up to number `up_to` as read by `reader`.

    A lower number than the stored one changes nothing.
    """
    field = f"read_seq_{conversation.side_of(reader)}"
    if getattr(conversation, field) < up_to:
        # The condition stands in the UPDATE, which needs no lock: of two requests at
        # the same time, the one with the lower number would otherwise win if it is
        # the last.
        behind = Conversation.objects.filter(
            pk=conversation.pk, **{f"{field}__lt": up_to}
        )
        if behind.update(**{field: up_to}):
            events.messages_read(conversation, reader_id=reader.pk, seq=up_to)
        setattr(conversation, field, up_to)


@transaction.atomic
def read_all(conversation: Conversation, *, reader: User) -> int:
    """Mark all messages as read; return how many were unread."""
    conversation = lock(conversation, reader)
    after = conversation.read_seq_of(reader)
    unread = conversation.messages.unread_by(reader, after=after).count()
    read(conversation, reader=reader, up_to=conversation.last_seq)
    return unread


def read_one(message: Message, *, reader: User) -> None:
    """Mark a message and all before it as read.

    Raises `ValidationFailed` for a message of `reader`.
    """
    if is_sender(message, reader):
        raise ValidationFailed(_("This message is your own."))
    read(message.conversation, reader=reader, up_to=message.seq)
