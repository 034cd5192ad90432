"""Facts about sets of conversations and messages."""

from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce


class ConversationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(Q(participant_1=user.pk) | Q(participant_2=user.pk))

    def for_display(self):
        """With both people and the last message."""
        return self.select_related(
            "participant_1",
            "participant_2",
            "last_message__sender",
            "last_message__conversation",
        )

    def with_unread_count(self, user):
        """How many messages of the other side wait for `user`, as `unread_count`."""
        read_seq = Case(
            When(participant_1=user.pk, then=F("read_seq_1")), default=F("read_seq_2")
        )
        unread = (
            self.model.messages.rel.related_model.objects.filter(
                conversation=OuterRef("pk"), seq__gt=OuterRef("read_seq")
            )
            .exclude(sender=user.pk)
            .order_by()
            .values("conversation")
            .annotate(count=Count("*"))
            .values("count")
        )
        return self.annotate(
            read_seq=read_seq, unread_count=Coalesce(Subquery(unread), 0)
        )

    def total_unread(self, user) -> int:
        """How many messages wait for `user` in all of their conversations."""
        own = self.visible_to(user).with_unread_count(user)
        return own.aggregate(total=Sum("unread_count"))["total"] or 0

    def latest_first(self):
        return self.order_by("-updated_at", "-id")


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(
            Q(conversation__participant_1=user.pk)
            | Q(conversation__participant_2=user.pk)
        )

    def for_display(self):
        return self.select_related("sender")

    def waiting_for(self, user, *, after: int):
        """Those of the other side with a number past `after`."""
        return self.filter(seq__gt=after).exclude(sender=user.pk)

    def latest_first(self):
        return self.order_by("-seq")
