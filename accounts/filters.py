from marketplace.core.filters import EVERYWHERE, ItemFilter, no_blanks


class HelperFilter(ItemFilter):
    """Helpers by words, category and place."""

    default_radius = 50.0
    location = has_images = status = owner = None
    title = ""

    def in_categories(self, queryset, name, value):
        wanted = no_blanks(value)
        if EVERYWHERE & set(wanted) or not wanted:
            return queryset
        return queryset.filter(helper_categories__has_any=wanted)
