"""A field of normalized e-mail addresses, and a lookup for comma-separated words."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup, Model
from django.db.models.sql.compiler import SQLCompiler

from core.email_addresses import is_valid_domain, normalize_email
from core.text import has_hidden

MAX_LOCAL_CHARS = 64  # of the part before the @


def validate_visible_email(text: str | None) -> None:
    """Check an address as it was typed. Raises `ValidationError`.

    Normalizing drops some characters that are not seen, so it is too late afterwards.
    Refused besides what `EmailValidator` refuses: a local part with other letters than
    ASCII or of more than 64 characters (RFC 5321, 4.5.3.1.1), a host without a domain,
    and one that is a number.
    """
    typed = (text or "").strip()
    if not typed:
        return
    address = normalize_email(typed)
    local, _at, domain = address.rpartition("@")
    if (
        has_hidden(typed)
        or len(local) > MAX_LOCAL_CHARS
        or not is_valid_domain(typed.rpartition("@")[2])
        or not address.isascii()
        or "." not in domain
        or "[" in domain
    ):
        raise ValidationError(EmailValidator.message, code="invalid")


class NormalizedEmailField(models.EmailField):
    """Stores and looks up normalized addresses, so that `unique` ignores the case."""

    def get_prep_value(self, value: str | None) -> str | None:
        value = super().get_prep_value(value)
        return normalize_email(value) if value else None

    def clean(self, value: Any, model_instance: Model | None) -> Any:
        """Return the normalized address. Raises `ValidationError`."""
        validate_visible_email(value)
        return super().clean(value, model_instance)

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
