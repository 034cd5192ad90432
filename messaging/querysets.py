"""Facts about sets of conversations, messages and blocks."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from django.apps import apps
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
    When,
)
from django.db.models.functions import Coalesce

from accounts.querysets import BRIEF_FIELDS, PRESENCE_FIELDS, defer_except
from core.db.conditions import prefix_q

SUBJECTS = ("task", "offering", "listing")


def _of(model, name: str) -> type[models.Model]:
    return model._meta.get_field(name).related_model


class SubjectQuerySet(models.QuerySet):
    """Rows that may name an item."""

    def with_about_title(self):
        """The item's title as `about_title`, while everybody may see the item."""
        titles = (
            When(prefix_q(self._seen_by_all(name), name), then=F(f"{name}__title"))
            for name in SUBJECTS
        )
        return self.annotate(about_title=Case(*titles, default=None))

    def _seen_by_all(self, name: str) -> Q:
        items = _of(self.model, name).objects.all()
        return items.visible_to_q(AnonymousUser())


class ConversationQuerySet(SubjectQuerySet):
    def visible_to(self, user):
        return self.filter(Q(participant_1=user.pk) | Q(participant_2=user.pk))

    def for_display(self, user):
        """With both people, the last message, and what `user` has before them."""
        message = _of(self.model, "last_message")
        last = message.objects.for_display().select_related("conversation")
        people = ("participant_1", "participant_2")
        return (
            self.select_related(*people)
            .defer(
                *(
                    name
                    for one in people
                    for name in defer_except(one, BRIEF_FIELDS | PRESENCE_FIELDS)
                )
            )
            .prefetch_related(Prefetch("last_message", last))
            .with_about_title()
            .with_unread_count(user)
            .with_block_of(user)
        )

    def with_unread_count(self, user):
        """How many messages of the other side wait for `user`, as `unread_count`."""
        read_seq = Case(
            When(participant_1=user.pk, then=F("read_seq_1")), default=F("read_seq_2")
        )
        waiting = (
            _of(self.model, "last_message")
            .objects.filter(conversation=OuterRef("pk"))
            .waiting_for(user, after=OuterRef("read_seq"))
            .order_by()
            .values("conversation")
            .annotate(count=Count("*"))
            .values("count")
        )
        return self.annotate(
            read_seq=read_seq, unread_count=Coalesce(Subquery(waiting), 0)
        )

    def with_block_of(self, user):
        """Who blocks: `user` the other side, `is_blocked`; or it them, `is_shunned`."""
        other = Case(
            When(participant_1=user.pk, then=F("participant_2")),
            default=F("participant_1"),
        )
        blocks = apps.get_model("accounts.Block").objects
        own = blocks.filter(blocker=user.pk, blocked=OuterRef("other_id"))
        of_the_other = blocks.filter(blocker=OuterRef("other_id"), blocked=user.pk)
        return self.annotate(
            other_id=other, is_blocked=Exists(own), is_shunned=Exists(of_the_other)
        )

    def total_unread(self, user) -> int:
        """How many messages wait for `user` in all of their conversations."""
        own = self.visible_to(user).with_unread_count(user)
        return own.aggregate(total=Sum("unread_count"))["total"] or 0

    def unread_by_person(self, ids: Collection[int]) -> dict[int, int]:
        """How many messages wait for each of these people."""
        waiting: Counter[int] = Counter()
        messages = _of(self.model, "last_message").objects
        for side in (1, 2):
            reader = f"conversation__participant_{side}"
            unread = messages.filter(
                **{f"{reader}__in": ids},
                seq__gt=F(f"conversation__read_seq_{side}"),
                deleted_at=None,
            ).exclude(sender=F(reader))
            counts = unread.order_by().values_list(reader).annotate(Count("pk"))
            waiting.update(dict(counts))
        return waiting

    def started_by(self, user, *, since: datetime):
        """Those that `user` began, the latest first."""
        started = self.filter(started_by=user.pk, created_at__gt=since)
        return started.order_by("-created_at")

    def latest_first(self):
        return self.order_by("-updated_at", "-id")


class MessageQuerySet(SubjectQuerySet):
    def visible_to(self, user):
        return self.filter(
            Q(conversation__participant_1=user.pk)
            | Q(conversation__participant_2=user.pk)
        )

    def for_display(self):
        """With the sender, the pictures, and the title of what it is about."""
        attachment = self.model.attachments.rel.related_model
        pictures = attachment.objects.select_related("upload")
        return (
            self.select_related("sender")
            .defer(*defer_except("sender", BRIEF_FIELDS))
            .prefetch_related(Prefetch("attachments", pictures))
            .with_about_title()
        )

    def waiting_for(self, user, *, after):
        """Those of the other side with a number past `after`; no deleted ones."""
        return self.filter(seq__gt=after, deleted_at=None).exclude(sender=user.pk)
