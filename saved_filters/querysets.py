"""Sets of saved filters."""

from typing import Any, Self

from django.db.models import Q, QuerySet


class SavedFilterQuerySet(QuerySet):
    """Saved filters by list, and by who may see and delete them."""

    def of_list(self, model: str) -> Self:
        """Return those of a list, such as `listings.listing`."""
        return self.filter(model=model)

    def visible_to(self, user: Any) -> Self:
        """Return those of `user`, and those that are shared."""
        return self.filter(Q(owner=user.pk) | Q(is_shared=True))
