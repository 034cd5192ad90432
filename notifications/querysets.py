"""Querysets of notifications."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, OuterRef, Q

from accounts.models import User
from accounts.querysets import NAME_FIELDS, defer_except

if TYPE_CHECKING:
    from notifications.models import Notification


class NotificationQuerySet(models.QuerySet):
    """Notifications by recipient, subject, type and age."""

    def visible_to(self, user: User) -> Self:
        """Return the list of `user`: without e-mail only ones and deleted ones."""
        return self.filter(recipient=user.pk, in_app=True)

    def for_display(self) -> Self:
        """Return the rows with the fields that the serializer shows."""
        deferred = defer_except("actor", NAME_FIELDS)
        return self.select_related("actor").defer("dedup_key", *deferred)

    def for_email(self) -> Self:
        """Return the rows with what their e-mails show."""
        return self.select_related("recipient", "actor")

    def unread(self) -> Self:
        """Return those that nobody has marked as read."""
        return self.filter(read_at=None)

    def unread_of(self, user: User) -> models.QuerySet[Any, Any]:
        """Return the ids of those in the list of `user` that they have not read."""
        return self.visible_to(user).unread().values("pk")

    def unread_by_person(self, ids: Collection[int]) -> dict[int, int]:
        """Return the number of unread notifications by person, without zeros."""
        unread = self.filter(recipient__in=ids, in_app=True).unread()
        counts = unread.order_by().values_list("recipient").annotate(Count("pk"))
        return dict(counts)

    def newest_first(self) -> Self:
        """Return the order of the list, in which cursors page."""
        return self.order_by("-created_at", "-id")

    def about(self, subject_type: str, subject_id: int | OuterRef) -> Self:
        """Return those about one subject; `subject_id` may be an `OuterRef`."""
        return self.filter(subject_type=subject_type, subject_id=subject_id)

    def since_about(self, row: "Notification") -> Self:
        """Return those of other types about the subject of `row` that followed it."""
        found = self.filter(recipient=row.recipient_id, pk__gt=row.pk)
        found = found.exclude(kind=row.kind)
        return found.filter(subject_type=row.subject_type, subject_id=row.subject_id)

    def created_since(self, kind: str, *, since: datetime) -> Self:
        """Return those of one type from `since` on."""
        return self.filter(kind=kind, created_at__gte=since)

    def expired(self, *, before: datetime) -> Self:
        """Return old ones that are read, or that the list does not show."""
        seen = Q(read_at__isnull=False) | Q(in_app=False)
        return self.filter(seen, created_at__lt=before)
