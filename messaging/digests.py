"""One e-mail about a series of unread messages, instead of one for each message."""

from datetime import datetime, timedelta
from typing import cast

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from accounts.models import Block, User
from messaging.models import Conversation, DigestCursor, Message
from notifications.models import Notification
from notifications.services import notify
from notifications.types import refreshes

KIND = "new_messages"
QUIET_PERIOD = timedelta(minutes=10)  # without a new message: the digest is due
MAX_DELAY = timedelta(hours=1)  # after the first unread message it is due anyway
MAX_AGE = timedelta(days=7)  # of the conversation's last change


def send(*, at: datetime) -> int:
    """Send the digests that are due at `at`; return how many."""
    return sum(
        _send_digest(conversation, reader, after=conversation.after)
        for side in (1, 2)
        for conversation in due_digests(side, at=at)
        for reader in [getattr(conversation, f"participant_{side}")]
    )


def due_digests(side: int, *, at: datetime) -> QuerySet:
    """Return the conversations whose participant `side` (1 or 2) is due a digest.

    Each one has `after`: the number of the last message that this participant has read
    or was notified of.
    """
    return (
        # Bounds the scan: what is older was notified of already, or never will be.
        Conversation.objects.filter(updated_at__gt=at - MAX_AGE)
        .annotate(
            after=Greatest(F(f"read_seq_{side}"), Coalesce(already_notified(side), 0))
        )
        # Compares two columns of the row first: only conversations with something
        # unread pay for the two subqueries below.
        .filter(after__lt=F("last_seq"))
        .annotate(
            first_at=Subquery(not_yet_notified(side)[:1]),
            latest_at=Subquery(not_yet_notified(side).reverse()[:1]),
        )
        .filter(Q(latest_at__lte=at - QUIET_PERIOD) | Q(first_at__lte=at - MAX_DELAY))
        .select_related("participant_1", "participant_2")
        .order_by("pk")
    )


def already_notified(side: int) -> Subquery:
    """Return the number up to which participant `side` was notified, or NULL."""
    cursor = DigestCursor.objects.filter(
        conversation=OuterRef("pk"), user=OuterRef(f"participant_{side}")
    )
    return Subquery(cursor.values("seq"))


def not_yet_notified(side: int) -> QuerySet:
    """Return when the messages after the annotation `after` were written, in order.

    Deleted messages and those of participant `side` are left out.
    """
    return (
        Message.objects.filter(
            conversation=OuterRef("pk"), seq__gt=OuterRef("after"), deleted_at=None
        )
        .exclude(sender=OuterRef(f"participant_{side}"))
        .order_by("seq")
        .values("created_at")
    )


def _send_digest(conversation: Conversation, reader: User, *, after: int) -> bool:
    """Notify of the messages after number `after`; return whether that was done."""
    sender = conversation.other_than(reader)
    if Block.objects.between(reader.pk, sender.pk).exists():
        return False
    # Counted again, as messages may have been read since the list was made.
    unread = conversation.messages.unread_by(reader, after=after)
    found = unread.aggregate(count=Count("pk"), last=Max("seq"))
    if not found["count"] or not _advance_cursor(conversation, reader, found["last"]):
        return False
    params = {
        "name": sender.display_name,
        "count": found["count"],
        "after": after,
        "seq": found["last"],
    }
    row = notify(reader, KIND, subject=conversation, actor=sender, **params)
    return row is not None


def _advance_cursor(conversation: Conversation, reader: User, seq: int) -> bool:
    """Set the cursor to `seq`; return False when another worker did so already."""
    cursor, _is_new = DigestCursor.objects.get_or_create(
        conversation=conversation, user=reader
    )
    # Compare and set in one UPDATE. With a read and a write, two workers would both
    # find the old number, and both would send the digest.
    return bool(DigestCursor.objects.filter(pk=cursor.pk, seq__lt=seq).update(seq=seq))


@refreshes(KIND)
def refresh_unread_count(row: Notification) -> bool:
    """Set the count to what is unread now, before the e-mail is rendered.

    Returns False when nothing is unread any more: then no e-mail is sent.
    """
    row.params["count"] = _unread_count(row)
    return row.params["count"] > 0


def _unread_count(row: Notification) -> int:
    """Return how many messages of a digest are neither read nor deleted."""
    conversation_id = cast(int, row.subject_id)  # every digest has a subject
    conversation = Conversation.objects.filter(pk=conversation_id).first()
    if conversation is None:
        return 0
    after = max(conversation.read_seq_of(row.recipient), row.params.get("after", 0))
    unread = conversation.messages.unread_by(row.recipient, after=after)
    return unread.filter(seq__lte=row.params["seq"]).count()
