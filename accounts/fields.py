"""An e-mail address that has one spelling."""

import unicodedata

from django.db import models
from django.db.models import Lookup


def canonical_email(text: str) -> str:
    """Unicode-normalised, lower case, trimmed: how addresses are kept and found."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


class CanonicalEmailField(models.EmailField):
    """Stored and looked up in canonical form, so that `unique` means unique."""

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return canonical_email(value) if value else None

    def to_python(self, value):
        value = super().to_python(value)
        return canonical_email(value) if value else None


@models.CharField.register_lookup
class HasAny(Lookup):
    """`helper_categories__has_any=["home", "garden"]`, of words with commas between."""

    lookup_name = "has_any"
    prepare_rhs = False

    def as_sql(self, compiler, connection) -> tuple[str, list]:
        column, params = self.process_lhs(compiler, connection)
        sql = " OR ".join([f"instr(',' || {column} || ',', %s) > 0"] * len(self.rhs))
        return f"({sql})", [p for word in self.rhs for p in (*params, f",{word},")]

    def as_postgresql(self, compiler, connection) -> tuple[str, list]:
        column, params = self.process_lhs(compiler, connection)
        return f"string_to_array({column}, ',') && %s::text[]", [*params, self.rhs]
