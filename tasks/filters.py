from marketplace.core.filters import Flag, ItemFilter, Ordering, PriceRange
from tasks.models import TaskRequest


class TaskFilter(ItemFilter, PriceRange):
    """`min_price` and `max_price` compare the budget."""

    default_status = TaskRequest.Status.OPEN
    default_radius = 10.0
    price_field = "budget"

    is_urgent = Flag(help_text="Only urgent ones, or only others.")
    ordering = Ordering(fields=["created_at", "budget", "deadline"])
