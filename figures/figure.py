"""What a figure is: a row of the table in `figures.registry`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Model, QuerySet
from django.utils.functional import Promise


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One row of the table. Paths are those of Django, from the rows that are counted.

    `model` is the one whose list in the admin shows the rows, with `lookups`: who may
    view it may see the figure.
    """

    name: str
    label: str | Promise
    group: str
    model: type[Model]
    rows: Callable[[], QuerySet[Any]]
    day: str  # path of the time; of a date if `is_date`
    is_date: bool = False
    value: Any = field(default_factory=lambda: Count("*"))
    category: str = ""  # path
    place: str | None = None  # path before `public_latitude`; None: it has no place
    lookups: Mapping[str, str] = field(default_factory=dict)
    linked_day: str = ""  # path of the time from `model`, if it is another one
    # Counts people, each once a day: its days cannot be added.
    is_of_people: bool = False
    is_money: bool = False  # in cents, and its category is the currency
    days_setting: str = ""  # the setting after whose days the rows are deleted

    def oldest_complete_day(self, today: date) -> date:
        """Return the first day whose rows are all there still."""
        if not self.days_setting:
            return date.min
        return today - timedelta(days=getattr(settings, self.days_setting) - 1)
