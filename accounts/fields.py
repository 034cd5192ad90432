"""A field of normalized e-mail addresses, and a lookup for comma-separated words."""

import unicodedata

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup
from django.db.models.sql.compiler import SQLCompiler


def normalize_email(text: str) -> str:
    """Return the address as it is stored and searched: NFKC, trimmed, case-folded."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


class NormalizedEmailField(models.EmailField):
    """Stores and looks up normalized addresses, so that `unique` ignores the case."""

    def get_prep_value(self, value: str | None) -> str | None:
        value = super().get_prep_value(value)
        return normalize_email(value) if value else None

    def to_python(self, value: str | None) -> str | None:
        """Return the normalized address; None for an empty one."""
        value = super().to_python(value)
        return normalize_email(value) if value else None


@models.CharField.register_lookup
class HasAny(Lookup):
    """`field__has_any=["home", "garden"]` on a column of comma-separated words."""

    lookup_name = "has_any"
    prepare_rhs = False

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list]:
        column, params = self.process_lhs(compiler, connection)
        sql = " OR ".join([f"instr(',' || {column} || ',', %s) > 0"] * len(self.rhs))
        return f"({sql})", [p for word in self.rhs for p in (*params, f",{word},")]

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list]:
        """Return an overlap of arrays: the words are one parameter, however many."""
        column, params = self.process_lhs(compiler, connection)
        return f"string_to_array({column}, ',') && %s::text[]", [*params, self.rhs]
