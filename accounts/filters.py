from django.db.models import F, Q, Value
from django.db.models.functions import Concat

from marketplace.core.filters import EVERYWHERE, ItemFilter, no_blanks


class HelperFilter(ItemFilter):
    """Helpers by words, category and place."""

    default_radius = 50.0
    location = has_images = status = owner = None

    def in_categories(self, queryset, name, value):
        wanted = no_blanks(value)
        if EVERYWHERE & set(wanted) or not wanted:
            return queryset
        fenced = Concat(Value(","), F("helper_categories"), Value(","))
        any_of = Q()
        for slug in wanted:
            any_of |= Q(fenced__contains=f",{slug},")
        return queryset.alias(fenced=fenced).filter(any_of)
