"""Conversations of two users, their messages, and digests."""

from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from core.db.models import Timestamped
from messaging.permissions import is_participant
from messaging.querysets import SUBJECTS, ConversationQuerySet, MessageQuerySet


def _only(name: str) -> Q:
    """No other subject than `name` is set."""
    return Q(**{f"{other}__isnull": True for other in SUBJECTS if other != name})


class Subject(models.Model):
    """The subject: one item, or none. Messaging knows an item by its type and id."""

    task = models.ForeignKey(
        "tasks.TaskRequest", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    offering = models.ForeignKey(
        "offerings.Offering", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    listing = models.ForeignKey(
        "listings.Listing", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_about_one_item",
                condition=reduce(or_, map(_only, reversed(SUBJECTS))),
            )
        ]

    @property
    def about(self) -> tuple[str, int] | None:
        """The type and the id of the item, such as `("task", 5)`; None without one."""
        ids = ((name, getattr(self, f"{name}_id")) for name in SUBJECTS)
        return next(((name, pk) for name, pk in ids if pk), None)


class Conversation(Subject, Timestamped):
    """The only conversation of two users. Its subject is the one that was named last.

    `read_seq_1` is the number of the last message that participant 1 has read. One
    number per participant replaces a flag per message: it only grows, so two requests
    at the same time need no lock, and a message that arrives meanwhile stays unread.
    Unread messages are counted, never stored, so the count cannot drift.
    """

    participant_1 = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # the unique constraint begins with it
    )
    participant_2 = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,  # the index `conversation_started` begins with it
    )
    last_message = models.ForeignKey(
        "Message",
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    last_seq = models.PositiveIntegerField(default=0, editable=False)
    read_seq_1 = models.PositiveIntegerField(default=0, editable=False)
    read_seq_2 = models.PositiveIntegerField(default=0, editable=False)

    objects = ConversationQuerySet.as_manager()

    class Meta(Subject.Meta):
        constraints = [
            *Subject.Meta.constraints,
            models.UniqueConstraint(
                fields=["participant_1", "participant_2"],
                name="one_conversation_per_pair",
            ),
            models.CheckConstraint(
                name="conversation_pair_in_order",
                condition=Q(participant_1__lt=F("participant_2")),
            ),
            models.CheckConstraint(
                name="conversation_read_what_there_is",
                condition=Q(
                    read_seq_1__lte=F("last_seq"), read_seq_2__lte=F("last_seq")
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["started_by", "-created_at"],
                name="conversation_started",
                condition=Q(started_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.participant_1_id} and {self.participant_2_id}"

    def side_of(self, user: User) -> int:
        """Return 1 or 2: which participant `user` is. Raises `ValueError`."""
        if not is_participant(self, user):
            raise ValueError("not a participant")
        return 1 if user.pk == self.participant_1_id else 2

    def other_than(self, user: User) -> User:
        """Return the participant who is not `user`. Raises `ValueError`."""
        return self.participant_2 if self.side_of(user) == 1 else self.participant_1

    def read_seq_of(self, user: User) -> int:
        """Return the number of the last message that `user` has read."""
        return getattr(self, f"read_seq_{self.side_of(user)}")

    def read_seq_beside(self, user: User) -> int:
        """Return the number of the last message that the other one has read."""
        return self.read_seq_2 if self.side_of(user) == 1 else self.read_seq_1


class Message(Subject):
    """A message. `seq` counts those of a conversation from 1, without gaps.

    A deleted message keeps its number and, for staff, its text. Participants see
    neither its text nor its pictures.
    """

    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.CASCADE,
        related_name="messages",
        db_index=False,  # the unique constraint begins with it
    )
    seq = models.PositiveIntegerField(editable=False)
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    content = models.TextField(max_length=5000, blank=True)
    client_msg_id = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="The sender's own id: a message that is sent twice is stored once.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta(Subject.Meta):
        constraints = [
            *Subject.Meta.constraints,
            models.UniqueConstraint(
                fields=["conversation", "seq"], name="message_numbered_once"
            ),
            models.UniqueConstraint(
                fields=["conversation", "sender", "client_msg_id"],
                name="message_sent_once",
                condition=~Q(client_msg_id=""),
            ),
        ]
        indexes = [
            # Figures: who wrote on a day. Without reading the messages themselves.
            models.Index(fields=["created_at", "sender"], name="message_day"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}/{self.seq}"

    @property
    def party_ids(self) -> set[int]:
        """The ids of whom it concerns: of both participants."""
        return {self.conversation.participant_1_id, self.conversation.participant_2_id}

    @property
    def is_deleted(self) -> bool:
        """Whether its sender has deleted it."""
        return self.deleted_at is not None

    @property
    def is_read(self) -> bool:
        """Whether its recipient has read it."""
        conversation = self.conversation
        by_first = self.sender_id == conversation.participant_1_id
        return self.seq <= (
            conversation.read_seq_2 if by_first else conversation.read_seq_1
        )


class MessageVersion(models.Model):
    """The text of a message before an edit. Only staff see it."""

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="versions"
    )
    content = models.TextField(max_length=5000)
    replaced_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.replaced_at:%Y-%m-%d %H:%M}"


class Attachment(models.Model):
    """A private picture of exactly one message."""

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="attachments"
    )
    upload = models.OneToOneField(
        "uploads.Upload", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.upload_id}"


class DigestCursor(models.Model):
    """Up to which number a digest has notified a user of a conversation's messages."""

    conversation = models.ForeignKey(
        "messaging.Conversation",
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,  # the unique constraint begins with it
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    seq = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "user"], name="one_digest_cursor_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} of {self.conversation_id} up to {self.seq}"
