"""Query parameters of the list of tasks."""

from core.api.filters import BooleanParam, OrderingParam
from items.filters import ItemFilter, PriceRange
from tasks.models import TaskRequest


class TaskFilter(ItemFilter, PriceRange):
    """`min_price` and `max_price` compare the budget."""

    default_status = TaskRequest.Status.OPEN
    default_radius = 10.0

    is_urgent = BooleanParam(help_text="Only urgent ones, or only others.")
    ordering = OrderingParam(fields=["created_at", "budget", "deadline"])
