"""Rows about the member of staff who reads them, such as reports about them."""

from typing import Any

from django.db.models import QuerySet


def without_own(page: Any, rows: QuerySet[Any], reader: Any) -> QuerySet[Any]:
    """Return the rows of an admin page that are not about `reader`.

    `page.concerns` is the path to the person whom a row is about. Superusers see all.
    """
    path = getattr(page, "concerns", "")
    if not path or reader.is_superuser:
        return rows
    return rows.exclude(**{path: reader.pk})
