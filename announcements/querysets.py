"""Announcements by time and by reader."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.utils import timezone

from announcements.audiences import people_in


class AnnouncementQuerySet(models.QuerySet):
    """Announcements by time and by reader."""

    def in_force(self, *, at: datetime) -> Self:
        """Return those that are sent, and neither over nor stopped."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at), status="sent")

    def current(self, *, at: datetime) -> Self:
        """Return those in force that have begun."""
        return self.in_force(at=at).filter(starts_at__lte=at)

    def for_reader(self, user: Any) -> Self:
        """Return those for `user`; for a visitor those without any condition."""
        if not user.is_authenticated:
            return self.filter(audience="everyone", language="", city="")
        is_in = Q(audience="everyone")
        for audience in ("workers", "creators", "sellers"):
            mine = people_in(audience).filter(pk=user.pk)
            is_in |= Q(Exists(mine), audience=audience)
        return self.filter(
            is_in,
            Q(language="") | Q(language=user.language),
            Q(city="") | Q(city__iexact=user.city.strip()),
        )

    def visible_to(self, user: Any) -> Self:
        """Return the list of `user`, with `read`."""
        rows = self.filter(in_list=True).current(at=timezone.now()).for_reader(user)
        return rows.with_read(user)

    def with_read(self, user: Any) -> Self:
        """Add `read`: whether `user` has read it; a visitor never has."""
        if not user.is_authenticated:
            return self.annotate(read=Value(False))
        reads = self.model._meta.get_field("reads").related_model.objects
        mine = reads.filter(announcement=OuterRef("pk"), user=user.pk)
        return self.annotate(read=Exists(mine))

    def newest_first(self) -> Self:
        """Return the order of the list, in which cursors page."""
        return self.order_by("-starts_at", "-id")
