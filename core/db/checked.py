"""Save a row between two signals: one before it, which may refuse, and one after."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.dispatch import Signal


def values_of(row: Model, names: Iterable[str]) -> dict[str, Any]:
    """Return the values of the fields of `row` that are among `names`."""
    return {name: getattr(row, name) for name in names if hasattr(row, name)}


def save_checked(
    row: Model,
    *,
    checked: Signal,
    saved: Signal,
    before: dict[str, Any] | None = None,
    update_fields: list[str] | None = None,
) -> None:
    """Send `checked`, save `row`, send `saved`, in the transaction of the caller.

    `before` has the former values of the fields that were set (`values_of`); None for
    a new row. Raises what a receiver of `checked` raises; then nothing is saved.
    """
    sent: dict[str, Any] = {
        "row": row,
        "is_new": before is None,
        "changed": frozenset(
            name for name, old in (before or {}).items() if getattr(row, name) != old
        ),
        "notes": {},
    }
    checked.send(type(row), **sent)
    row.save(update_fields=update_fields)
    saved.send(type(row), **sent)
