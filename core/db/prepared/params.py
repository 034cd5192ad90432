"""Named parameters: expressions whose value is supplied when the query runs."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from uuid import UUID

from django.db import models
from django.db.models import Field, Value

FIELDS: dict[type, Field] = {
    bool: models.BooleanField(),
    int: models.BigIntegerField(),
    float: models.FloatField(),
    Decimal: models.DecimalField(max_digits=30, decimal_places=10),
    str: models.TextField(),
    UUID: models.UUIDField(),
    datetime: models.DateTimeField(),
    date: models.DateField(),
}


@dataclass(frozen=True)
class ParamSlot:
    """Where the value of a `Param` goes, in the parameter list of compiled SQL.

    Compilers hand parameters through unread, and no value of a query is of this class:
    so a slot is found by its class, and cannot be mistaken for a value.
    """

    name: str
    type: type
    is_inline: bool

    def bind(self, value: object, connection) -> object:
        """`value` as the database driver takes it.

        Raises `TypeError`, `ValueError` or `ValidationError` for a wrong type.
        """
        # A bigint for every int: psycopg itself would choose smallint, integer or
        # bigint by the size of the number, and prepare a statement for each of them.
        return self._convert(value, connection)

    def literal(self, value: object, connection) -> str:
        """`value` as SQL text, with a space before it: `-%s` must not become `--1`."""
        value = self._convert(value, connection)
        # For finite numbers, which are most values, Python's text is SQL's; a bare
        # inf or nan would be the name of a column.
        if self.type is int or (self.type is float and isfinite(value)):
            return f" {value!r}"
        # A text may hold "%", which the driver would take for a placeholder.
        text = connection.ops.compose_sql("%s", [value])
        return " " + text.replace("%", "%%")

    def _convert(self, value: object, connection) -> object:
        if value is None:  # `= NULL` would quietly match nothing
            raise TypeError(f"{self.name} is None: a query for that is another query.")
        return FIELDS[self.type].get_db_prep_value(value, connection)


class Param(Value):
    """A value of a query that each run supplies by name.

    `type` is one of `FIELDS`. The value is converted as a field of that type would do;
    what a custom field of the model does to its values (lower case, folding) is up to
    the caller. `None` is no value: a comparison with it is another query (`IS NULL`).
    """

    def __init__(self, name: str, type: type, *, inline: bool = False):
        self.slot = ParamSlot(name, type, inline)
        super().__init__(None, output_field=FIELDS[type])

    def __repr__(self) -> str:
        return f"Param({self.slot.name!r}, {self.slot.type.__name__})"

    def as_sql(self, compiler, connection) -> tuple[str, list]:
        """A placeholder for the slot. `Value` would convert the value, which is not
        known here."""
        return "%s", [self.slot]
