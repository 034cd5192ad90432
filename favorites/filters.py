import django_filters as filters

from favorites.models import ITEM_TYPES, Favorite


class FavoriteFilter(filters.FilterSet):
    type = filters.ChoiceFilter(
        choices=[(name, name) for name in ITEM_TYPES], method="of_type"
    )

    class Meta:
        model = Favorite
        fields: list[str] = []

    def of_type(self, queryset, name, value):
        return queryset.filter(**{f"{value}__isnull": False})
