"""Query parameters of the history of payments."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from core.api.filters import ChoiceParam, HasSchema
from payments.models import Payment


class DayParam(HasSchema, filters.DateFilter):
    """A day on the clock of the site: `2031-05-06`."""

    schema = {
        "anyOf": [
            {"type": "string", "format": "date"},
            {"type": "string", "enum": [""]},
        ]
    }

    def __init__(self, **kwargs: object) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)


class PaymentFilter(filters.FilterSet):
    """The filters of the history."""

    to = DayParam(
        field_name="created_at", lookup_expr="date__lte", help_text="The last day."
    )
    format = ChoiceParam(
        method="keep",
        choices=[("json", _("JSON")), ("csv", _("Table"))],
        help_text="csv: a table of at most 10,000 rows, without pages.",
    )

    class Meta:
        model = Payment
        fields: list[str] = []

    def keep(self, rows: object, name: str, value: str) -> object:
        """Return the rows as they are: it says how they are shown."""
        return rows


# `from` is a word of Python, and so no attribute of a class body.
PaymentFilter.base_filters["from"] = DayParam(
    field_name="created_at", lookup_expr="date__gte", help_text="The first day."
)
