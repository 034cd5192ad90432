"""The queryset of reviews."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db.models import Q

from accounts.models import User
from accounts.querysets import UserQuerySet
from items.querysets import ContentQuerySet


class ReviewQuerySet(ContentQuerySet):
    """Reviews."""

    def for_display(self) -> Self:
        """With the author and the reviewed person."""
        return self.select_related("reviewer", "reviewed_user")

    def counted(self) -> Self:
        """Reviews that count towards a rating: those that everybody may see."""
        return self.visible()

    def of_deals(self) -> Self:
        """Reviews about completed tasks."""
        return self.filter(task__isnull=False)

    def due_to_be_shown(self, *, at: datetime) -> Self:
        """Delayed reviews whose authors' accounts are old enough at `at`."""
        oldest = at - timedelta(days=settings.REVIEW_MIN_ACCOUNT_DAYS)
        return self.filter(is_delayed=True, reviewer__created_at__lte=oldest)

    def _hidden_people(self) -> UserQuerySet:
        """Not those who have left: the ratings of others rest on their reviews."""
        return User.objects.silenced()

    def _is_visible(self) -> Q:
        return super()._is_visible() & Q(is_delayed=False)
