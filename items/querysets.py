"""What may be seen of the things people post, in one place."""

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q

from items.models import Moderated


class ContentQuerySet(models.QuerySet):
    """Subclasses name the owner's field and the statuses that everybody may list."""

    owner_field = "creator"
    public_statuses: frozenset[str] = frozenset()
    gone_statuses: frozenset[str] = frozenset()  # deleted by the owner

    def visible(self):
        """What everybody may see: not hidden by staff, its owner not suspended."""
        return self._kept().filter(self._is_visible())

    def visible_to(self, user):
        """What `user` may open: the visible, and their own whatever staff did to it."""
        return self.filter(self.seen_by(user))

    def seen_by(self, user) -> Q:
        """The condition behind `visible_to`."""
        seen = self._is_visible() | self._concerns(user)
        if not self.gone_statuses:
            return seen
        return ~Q(status__in=self.gone_statuses) & seen

    def _concerns(self, user) -> Q:
        if not user.is_authenticated:
            return Q()
        return Q(**{self.owner_field: user.pk})

    def owned_by(self, user):
        """One's own, including what staff have hidden."""
        return self._kept().filter(**{self.owner_field: user.pk})

    def of_others(self, user):
        """What `user` has no part in."""
        return self.exclude(self._concerns(user))

    def in_status(self, statuses: list[str], *, viewer):
        """In one of `statuses` ("all" for any): others' only in public ones."""
        if "all" in statuses:
            wanted = Q(status__in=self.public_statuses)
            mine = Q()
        else:
            wanted = Q(status__in=[s for s in statuses if s in self.public_statuses])
            mine = Q(status__in=statuses)
        if viewer.is_authenticated and not set(statuses) <= self.public_statuses:
            wanted |= Q(**{self.owner_field: viewer.pk}) & mine
        return self.filter(wanted)

    def newest_first(self):
        return self.order_by("-created_at", "-id")

    def _kept(self):
        if not self.gone_statuses:
            return self.all()
        return self.exclude(status__in=self.gone_statuses)

    def _is_visible(self) -> Q:
        suspended = get_user_model().objects.suspended().values("pk")
        return Q(moderation=Moderated.Moderation.VISIBLE) & ~Q(
            **{f"{self.owner_field}__in": suspended}
        )
