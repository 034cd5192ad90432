"""The people whom the figure of active people counts, and the filter of their list."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib.admin import ListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.forms import RangeDateForm

from figures.counting import activity_of

NAME = "active"
FIRST, LAST = f"{NAME}_from", f"{NAME}_to"


def active_people(first: date, last: date) -> QuerySet[Any]:
    """Return the ids of who wrote something on the days from `first` to `last`."""
    parts = [rows.values_list(person) for rows, person in activity_of(first, last)]
    return parts[0].union(*parts[1:])  # each of them once


class ActiveFilter(ListFilter):
    """Who was active on a day, or between two: with one date alone, on that day."""

    title = _("days of activity")
    template = "unfold/filters/filters_date_range.html"

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, page: Any
    ) -> None:
        super().__init__(request, params, model, page)
        for name in (FIRST, LAST):
            if (values := params.pop(name, None)) and values[-1]:
                self.used_parameters[name] = values[-1]

    def has_output(self) -> bool:
        """Return that it is always shown."""
        return True

    def expected_parameters(self) -> list[str | None]:
        """Return the parameters of the first and of the last day."""
        return [FIRST, LAST]

    def _form(self) -> RangeDateForm:
        form = RangeDateForm(name=NAME, data=self.used_parameters)
        for name, label in ((FIRST, _("First day")), (LAST, _("Last day"))):
            form.fields[name].widget.attrs |= {
                "placeholder": label,
                "aria-label": label,
            }
        return form

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield what the template shows: a form with two dates."""
        yield {"form": self._form()}

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Any]
    ) -> QuerySet[Any] | None:
        """Return the people of the days; all without any day."""
        form = self._form()
        if not form.is_valid():
            raise IncorrectLookupParameters
        days = [form.cleaned_data[name] for name in (FIRST, LAST)]
        given = [day for day in days if day is not None]
        if not given:
            return None
        return queryset.filter(pk__in=active_people(given[0], given[-1]))
