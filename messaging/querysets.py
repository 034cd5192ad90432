"""Querysets of conversations and messages."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any, Self, cast

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from accounts.models import Block, User
from accounts.querysets import BRIEF_FIELDS, PRESENCE_FIELDS, defer_except

SUBJECTS = ("task", "offering", "listing")


def related_rows(model: type[models.Model], name: str) -> Any:
    """Return a queryset of the rows that the foreign key `name` can refer to.

    Untyped: the models of items stand in higher packages.
    """
    related = model._meta.get_field(name).related_model
    return cast(type[models.Model], related)._default_manager.all()


class SubjectQuerySet(models.QuerySet):
    """Rows that may have an item as their subject."""

    def with_about_title(self, of: str = "") -> Self:
        """Annotate `about_title`: the item's title, or NULL unless it is public.

        With `of`, a foreign key to another row with a subject: `{of}_about_title`.
        """
        # Subqueries: PostgreSQL would take longer to put so many joins into an order
        # than to read the rows.
        prefix = f"{of}__" if of else ""
        titles = (
            Subquery(
                related_rows(self.model, name)
                .visible_to(AnonymousUser())
                .filter(pk=OuterRef(f"{prefix}{name}"))
                .order_by()
                .values("title")[:1]
            )
            for name in SUBJECTS
        )
        name = f"{of}_about_title" if of else "about_title"
        return self.annotate(**{name: Coalesce(*titles)})


class ConversationQuerySet(SubjectQuerySet):
    """Sets of conversations."""

    def visible_to(self, user: User) -> Self:
        """Return the conversations that `user` takes part in."""
        return self.filter(Q(participant_1=user.pk) | Q(participant_2=user.pk))

    def for_display(self, user: User) -> Self:
        """Fetch what `ConversationSerializer` shows to `user`.

        The last message comes with its conversation; its sender is a participant.
        """
        people = ("participant_1", "participant_2")
        pictures = Prefetch("last_message__attachments", self._messages().pictures())
        return (
            self.select_related(*people, "last_message")
            .defer(
                *(
                    name
                    for one in people
                    for name in defer_except(one, BRIEF_FIELDS | PRESENCE_FIELDS)
                )
            )
            .prefetch_related(pictures)
            .with_about_title()
            .with_about_title(of="last_message")
            .with_unread_count(user)
            .with_block_of(user)
        )

    def shown_to(self, user: User) -> Self:
        """Return the conversations of `user`, as they are shown."""
        return self.visible_to(user).for_display(user)

    def with_unread_count(self, user: User) -> Self:
        """Annotate `read_seq` and `unread_count` of `user`."""
        # A subquery, not a JOIN with GROUP BY: that would read all messages of the
        # page's conversations, this only the range of numbers after `read_seq`.
        read_seq = Case(
            When(participant_1=user.pk, then=F("read_seq_1")), default=F("read_seq_2")
        )
        unread = (
            self._messages()
            .filter(conversation=OuterRef("pk"))
            .unread_by(user, after=OuterRef("read_seq"))
            .order_by()
            .values("conversation")
            .annotate(count=Count("*"))
            .values("count")
        )
        return self.annotate(
            read_seq=read_seq, unread_count=Coalesce(Subquery(unread), 0)
        )

    def with_block_of(self, user: User) -> Self:
        """Annotate `is_blocked` (by `user`) and `is_blocked_by_other`."""
        other = Case(
            When(participant_1=user.pk, then=F("participant_2")),
            default=F("participant_1"),
        )
        blocks = Block.objects.all()
        own = blocks.filter(blocker=user.pk, blocked=OuterRef("other_id"))
        of_the_other = blocks.filter(blocker=OuterRef("other_id"), blocked=user.pk)
        return self.annotate(
            other_id=other,
            is_blocked=Exists(own),
            is_blocked_by_other=Exists(of_the_other),
        )

    def total_unread(self, user: User) -> models.QuerySet[Any, Any]:
        """Return one row: how many messages `user` has not read."""
        own = self.visible_to(user).with_unread_count(user).order_by()
        totals = own.annotate(one=Value(1)).values("one")
        total = Sum("unread_count", default=0)
        return totals.annotate(total=total).values_list("total")

    def unread_by_person(self, ids: Collection[int]) -> dict[int, int]:
        """Return the number of unread messages by user id; users with none are absent.

        Two queries, whatever the number of users.
        """
        totals: Counter[int] = Counter()
        messages = self._messages()
        for side in (1, 2):
            reader = f"conversation__participant_{side}"
            unread = messages.filter(
                **{f"{reader}__in": ids},
                seq__gt=F(f"conversation__read_seq_{side}"),
                deleted_at=None,
            ).exclude(sender=F(reader))
            counts = unread.order_by().values_list(reader).annotate(Count("pk"))
            totals.update(dict(counts))
        return totals

    def started_by(self, user: User, *, since: datetime) -> Self:
        """Return the conversations that `user` started, the latest first."""
        started = self.filter(started_by=user.pk, created_at__gt=since)
        return started.order_by("-created_at")

    def latest_first(self) -> Self:
        """Order by the last change, the latest first."""
        return self.order_by("-updated_at", "-id")

    def _messages(self) -> "MessageQuerySet":
        return related_rows(self.model, "last_message")


class MessageQuerySet(SubjectQuerySet):
    """Sets of messages."""

    def visible_to(self, user: User) -> Self:
        """Return the messages of the conversations that `user` takes part in."""
        return self.filter(
            Q(conversation__participant_1=user.pk)
            | Q(conversation__participant_2=user.pk)
        )

    def for_display(self) -> Self:
        """Fetch what `MessageSerializer` shows, but for the conversation."""
        return (
            self.select_related("sender")
            .defer(*defer_except("sender", BRIEF_FIELDS))
            .prefetch_related(Prefetch("attachments", self.pictures()))
            .with_about_title()
        )

    def pictures(self) -> models.QuerySet:
        """Return the attachments of messages, as they are shown."""
        attachment = self.model.attachments.rel.related_model
        return attachment.objects.select_related("upload")

    def unread_by(self, user: User, *, after: int | OuterRef) -> Self:
        """Return the other one's messages after number `after`, but deleted ones."""
        return self.filter(seq__gt=after, deleted_at=None).exclude(sender=user.pk)
