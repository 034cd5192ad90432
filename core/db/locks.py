"""Row locks: the only place that calls `select_for_update`."""

from typing import TypeVar

from django.db.models import Manager, Model, QuerySet

Row = TypeVar("Row", bound=Model)


def locked(
    rows: QuerySet[Row] | Manager[Row],
    *,
    of: tuple[str, ...] = (),
    skip_locked: bool = False,
) -> QuerySet[Row]:
    """Return `rows`, locked until the transaction ends.

    `of` names the tables of a join that are locked, "self" for that of the model.
    With `skip_locked`, rows that another transaction has locked are left out.
    """
    # no_key (FOR NO KEY UPDATE): rows with a foreign key to a locked row can still be
    # inserted. With FOR UPDATE, two people who review each other at once would each
    # wait for the other's row.
    return rows.select_for_update(of=of, no_key=True, skip_locked=skip_locked)
