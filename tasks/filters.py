import django_filters as filters

from marketplace.core.filters import ItemFilter, Ordering, PriceRange
from tasks.models import TaskRequest


class TaskFilter(ItemFilter, PriceRange):
    """`min_price` and `max_price` compare the budget."""

    default_status = TaskRequest.Status.OPEN
    default_radius = 10.0
    price_field = "budget"

    is_urgent = filters.BooleanFilter()
    ordering = Ordering(fields=["created_at", "budget", "deadline"])
