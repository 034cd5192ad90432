"""Query parameters of the list of helpers."""

from django.db.models import QuerySet

from search.filters import SearchFilter, parse_categories


class HelperFilter(SearchFilter):
    """Filters of the list of helpers: text, category and place."""

    default_radius = 50.0
    title = ""

    def in_categories(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Return the helpers of one of the categories; all for "all" or none given."""
        if not (categories := parse_categories(value)):
            return queryset
        return queryset.filter(helper_categories__has_any=categories)
