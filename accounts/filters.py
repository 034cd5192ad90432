from search.filters import ALL_CATEGORIES, SearchFilter, split_words


class HelperFilter(SearchFilter):
    """Filters of the list of helpers: text, category and place."""

    default_radius = 50.0
    title = ""

    def in_categories(self, queryset, name, value):
        wanted = split_words(value)
        if ALL_CATEGORIES & set(wanted) or not wanted:
            return queryset
        return queryset.filter(helper_categories__has_any=wanted)
