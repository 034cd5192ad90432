"""Query parameters of the list of helpers."""

from django.db.models import QuerySet

from core.api.params import normalize_category
from search.filters import ALL_CATEGORIES, SearchFilter, split_words


class HelperFilter(SearchFilter):
    """Filters of the list of helpers: text, category and place."""

    default_radius = 50.0
    title = ""

    def in_categories(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Return the helpers of one of the categories; all for "all" or none given."""
        categories = [normalize_category(word) for word in split_words(value)]
        if ALL_CATEGORIES & set(categories) or not categories:
            return queryset
        return queryset.filter(helper_categories__has_any=categories)
