"""One letter for a burst of messages that waits unread, instead of one for each."""

from datetime import datetime, timedelta

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from accounts.models import Block
from messaging.models import Conversation, DigestCursor, Message
from notifications.models import Notification
from notifications.services import notify
from notifications.types import refreshes

KIND = "new_messages"
PAUSE = timedelta(minutes=10)  # without another message the burst is over …
LONGEST = timedelta(hours=1)  # … and so it is after this
OLDEST = timedelta(days=7)  # what waits for longer was told of, or never will be


def send(*, at: datetime) -> int:
    """Tell of every burst that is over at `at`; return how many."""
    return sum(
        _tell(talk, reader)
        for side in (1, 2)
        for talk in bursts(side, at=at)
        for reader in [getattr(talk, f"participant_{side}")]
    )


def bursts(side: int, *, at: datetime) -> QuerySet:
    """Conversations in which messages wait for participant `side`, untold.

    Each with `after`, the number of the last message read or told of.
    """
    reader = f"participant_{side}"
    told = DigestCursor.objects.filter(
        conversation=OuterRef("pk"), user=OuterRef(reader)
    )
    waiting = (
        Message.objects.filter(
            conversation=OuterRef("pk"), seq__gt=OuterRef("after"), deleted_at=None
        )
        .exclude(sender=OuterRef(reader))
        .order_by("seq")
        .values("created_at")
    )
    return (
        Conversation.objects.filter(updated_at__gt=at - OLDEST)
        .annotate(
            after=Greatest(
                F(f"read_seq_{side}"), Coalesce(Subquery(told.values("seq")), 0)
            )
        )
        .filter(after__lt=F("last_seq"))
        .annotate(
            began_at=Subquery(waiting[:1]), latest_at=Subquery(waiting.reverse()[:1])
        )
        .filter(Q(latest_at__lte=at - PAUSE) | Q(began_at__lte=at - LONGEST))
        .select_related("participant_1", "participant_2")
        .order_by("pk")
    )


def _tell(talk: Conversation, reader) -> bool:
    """Tell of what waits, unless another worker has just done it."""
    writer = talk.other_than(reader)
    if Block.objects.between(reader.pk, writer.pk).exists():
        return False
    waiting = talk.messages.waiting_for(reader, after=talk.after)
    found = waiting.aggregate(count=Count("pk"), last=Max("seq"))
    if not found["count"] or not _mark(talk, reader, found["last"]):
        return False
    params = {
        "name": writer.display_name,
        "count": found["count"],
        "after": talk.after,
        "seq": found["last"],
    }
    return notify(reader, KIND, subject=talk, actor=writer, **params) is not None


def _mark(talk: Conversation, reader, seq: int) -> bool:
    """Whether `reader` has not been told of number `seq` until now."""
    told, _is_new = DigestCursor.objects.get_or_create(conversation=talk, user=reader)
    return bool(DigestCursor.objects.filter(pk=told.pk, seq__lt=seq).update(seq=seq))


@refreshes(KIND)
def refresh_unread_count(row: Notification) -> bool:
    """Let the e-mail name how many messages are unread now; False if none are."""
    row.params["count"] = _waiting(row)
    return row.params["count"] > 0


def _waiting(row: Notification) -> int:
    """How many of the messages that `row` tells of are neither read nor deleted."""
    talk = Conversation.objects.filter(pk=row.subject_id).first()
    if talk is None:
        return 0
    after = max(talk.read_seq_of(row.recipient), row.params.get("after", 0))
    waiting = talk.messages.waiting_for(row.recipient, after=after)
    return waiting.filter(seq__lte=row.params["seq"]).count()
