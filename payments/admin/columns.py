"""Columns of the admin pages of payments."""

from typing import Any

from django.contrib import admin

from core.admin.labels import field_label
from payments.money import to_text


def amount(field: str, label: Any = "") -> Any:
    """Return a column that shows minor units of `field` with their currency."""
    name = field.removesuffix("_cents").replace("_", " ")

    @admin.display(description=label or field_label(name), ordering=field)
    def column(row: Any) -> str:
        currency = getattr(row, "currency", "") or _parent(row).currency
        text = to_text(getattr(row, field), currency)
        return text.replace(" ", "\u00a0")  # in one line

    return column


def _parent(row: Any) -> Any:
    """Return what has the currency of a row that has none."""
    return row.journal if hasattr(row, "journal") else row.payment
