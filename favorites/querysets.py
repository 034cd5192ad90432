"""The queryset of favorites."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, Q

from accounts.models import User
from core.db.conditions import prefix_q
from items.querysets import ContentQuerySet


class FavoriteQuerySet(models.QuerySet):
    """Favorites."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Favorites of `user`, of items that `user` may still open."""
        condition = Q()
        for name, items in self._items().items():
            visible = prefix_q(items.visible_to_q(user), name)
            condition |= Q(**{f"{name}__isnull": False}) & visible
        return self.filter(condition, user=user.pk)

    def for_display(self) -> Self:
        """With the items and the people who are shown with them."""
        people = (
            f"{name}__{person}"
            for name, items in self._items().items()
            for person in items.people
        )
        return self.select_related(*people)

    def newest_first(self) -> Self:
        """Ordered by date, then id."""
        return self.order_by("-created_at", "-id")

    def count_by_type(self) -> dict[str, int]:
        """Return the counts by the plural of the type, and the `total`."""
        counts = {f"{name}s": Count(name) for name in self._items()}
        return self.aggregate(total=Count("pk"), **counts)

    def _items(self) -> dict[str, ContentQuerySet]:
        """The items of each foreign key to an item type."""
        return {
            name: self.model._meta.get_field(name).related_model.objects.all()
            for name in self.model.item_types
        }
