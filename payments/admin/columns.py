"""Columns of the admin pages of payments."""

from typing import Any

from django.contrib import admin

from payments.money import to_text


def amount(field: str, label: Any) -> Any:
    """Return a column that shows minor units of `field` with their currency."""

    @admin.display(description=label, ordering=field)
    def column(row: Any) -> str:
        currency = getattr(row, "currency", "") or row.payment.currency
        return to_text(getattr(row, field), currency)

    return column
