"""How rows are locked: everywhere the same way."""

from django.db.models import Manager, QuerySet


def locked(
    rows: QuerySet | Manager, *, of: tuple[str, ...] = (), skip_locked: bool = False
) -> QuerySet:
    """`rows`, locked until the transaction ends; with `skip_locked` only the free ones.

    Rows that point at them can still be written. A full lock would refuse that, and
    two people who review each other at once would each wait for the other's row.
    """
    return rows.select_for_update(of=of, no_key=True, skip_locked=skip_locked)
