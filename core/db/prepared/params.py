"""Named parameters: expressions whose value is supplied when the query runs."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Value
from django.db.models.sql.compiler import SQLCompiler

FIELDS: dict[type, Field] = {
    bool: models.BooleanField(),
    int: models.BigIntegerField(),
    float: models.FloatField(),
    Decimal: models.DecimalField(max_digits=30, decimal_places=10),
    str: models.TextField(),
    UUID: models.UUIDField(),
    datetime: models.DateTimeField(),
    date: models.DateField(),
    list: ArrayField(models.BigIntegerField()),  # of ids; PostgreSQL alone
}


def compose_sql(connection: BaseDatabaseWrapper, sql: str, params: list[Any]) -> str:
    """Return `sql` with `params` in its text, quoted by the driver.

    The operations of both database engines have it; the class of the stubs has not.
    """
    operations: Any = connection.ops
    return operations.compose_sql(sql, params)


@dataclass(frozen=True)
class ParamSlot:
    """The place of the value of a `Param` in the parameters of compiled SQL.

    Compilers hand parameters through unread, and no value of a query is of this class:
    so a slot is found by its class, and cannot be mistaken for a value.
    """

    name: str
    type: type
    is_inline: bool

    def bind(self, value: object, connection: BaseDatabaseWrapper) -> Any:
        """Return `value` as the database driver takes it.

        Raises `TypeError`, `ValueError` or `ValidationError` for a wrong type.
        """
        # A bigint for every int: psycopg itself would choose smallint, integer or
        # bigint by the size of the number, and prepare a statement for each of them.
        return self._convert(value, connection)

    def literal(self, value: object, connection: BaseDatabaseWrapper) -> str:
        """Return `value` as SQL text with a space before it: else `-%s` gives `--1`.

        Raises the same as `bind`.
        """
        converted = self._convert(value, connection)
        # For finite numbers, which are most values, Python's text is SQL's; a bare
        # inf or nan would be the name of a column.
        if self.type is int or (self.type is float and isfinite(converted)):
            return f" {converted!r}"
        # A text may hold "%", which the driver would take for a placeholder.
        text = compose_sql(connection, "%s", [converted])
        return " " + text.replace("%", "%%")

    def _convert(self, value: object, connection: BaseDatabaseWrapper) -> Any:
        if value is None:  # `= NULL` would quietly match nothing
            raise TypeError(f"{self.name} is None: a query for that is another query.")
        return FIELDS[self.type].get_db_prep_value(value, connection)


class Param(Value):
    """A value of a query that each run supplies by name.

    `type` is one of `FIELDS`. The value is converted as a field of that type would do.
    The caller does what a custom field of the model does to its values (lower case,
    normalization). `None` is no value: a comparison with it is another query
    (`IS NULL`).
    """

    def __init__(self, name: str, type: type, *, inline: bool = False):
        self.slot = ParamSlot(name, type, inline)
        super().__init__(None, output_field=FIELDS[type])

    def __repr__(self) -> str:
        return f"Param({self.slot.name!r}, {self.slot.type.__name__})"

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        """Return a placeholder for the slot.

        `Value` would convert the value, which is not known here.
        """
        return "%s", [self.slot]
