import django_filters as filters

from core.api.filters import ChoiceParam
from favorites.models import ITEM_TYPES, Favorite


class FavoriteFilter(filters.FilterSet):
    type = ChoiceParam(
        choices=[(name, name) for name in ITEM_TYPES],
        method="of_type",
        help_text="Of one type of item only.",
    )

    class Meta:
        model = Favorite
        fields: list[str] = []

    def of_type(self, queryset, name, value):
        return queryset.filter(**{f"{value}__isnull": False})
