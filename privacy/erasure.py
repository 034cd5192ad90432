"""Erase an account: what the registry of `core.privacy` says, table by table.

Every batch of rows is a transaction of its own, so that no lock is held for long. If
the process is killed, the next run starts again: all that is done before is then a
repetition without effect. The row of the account is the last one, for it has the names
and addresses by which the others are found.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from core.db.batches import id_batches
from core.privacy import STEPS, Table, erasure_order, reasons_to_stay

logger = logging.getLogger("marketplace.privacy")


def erase(person: User, *, at: datetime) -> bool:
    """Erase an account that is due by `at`; return whether it is erased now.

    It is not while somebody waits for the person, as for the end of a dispute.
    """
    if not User.objects.to_erase(at=at).filter(pk=person.pk).exists():
        return False
    if reasons := reasons_to_stay(person):
        codes = ", ".join(reason.code for reason in reasons)
        logger.warning("account %s is in use: %s", person.pk, codes)
        return False
    for step in STEPS:
        step(person)
    tables = erasure_order()
    # What mentions the person first: it is found by the rows that are deleted next.
    for table in tables:
        for rows in table.rows_that_mention(person):
            _erase_rows(table, rows)
    for table in tables:
        for rows in table.rows(person):
            _erase_rows(table, rows)
    User.objects.filter(pk=person.pk, erased_at=None).update(erased_at=at)
    logger.info("account %s is erased", person.pk)
    return True


def _erase_rows(table: Table, rows: QuerySet[Any]) -> None:
    for batch in id_batches(rows):
        found = table.model._base_manager.filter(pk__in=batch)
        if table.remove:
            for row in found:
                table.remove(row)
        elif table.delete:
            with transaction.atomic():
                found.delete()
        elif table.replaced:
            _replace(found, table.replaced)


def _replace(rows: QuerySet[Any], values: dict[str, Any]) -> None:
    """Write the values; a function is called with the id of each row."""
    fixed = {name: value for name, value in values.items() if not callable(value)}
    computed: dict[str, Callable[[Any], Any]] = {
        name: value for name, value in values.items() if callable(value)
    }
    if not computed:
        rows.update(**fixed)
        return
    for pk in rows.values_list("pk", flat=True):
        own = {name: compute(pk) for name, compute in computed.items()}
        rows.filter(pk=pk).update(**fixed, **own)
