"""Query parameters of the list of favorites."""

import django_filters as filters
from django.db.models import QuerySet

from core.api.filters import ChoiceParam
from favorites.models import ITEM_TYPES, Favorite


class FavoriteFilter(filters.FilterSet):
    """By type of item."""

    type = ChoiceParam(
        choices=[(name, name) for name in ITEM_TYPES],
        method="of_type",
        help_text="Of one type of item only.",
    )

    class Meta:
        model = Favorite
        fields: list[str] = []

    def of_type(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Favorites of one type of item."""
        return queryset.filter(**{f"{value}__isnull": False})
