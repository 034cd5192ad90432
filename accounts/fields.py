"""A field of normalized e-mail addresses, and a lookup for comma-separated words."""

import unicodedata
from typing import Any

import idna
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup, Model
from django.db.models.sql.compiler import SQLCompiler

HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}  # control, bidi, zero-width …
MAX_DOMAIN_CHARS = 253


def has_hidden_characters(text: str) -> bool:
    """Return whether `text` has characters that are not seen, or that turn others."""
    return any(unicodedata.category(letter) in HIDDEN for letter in text)


def normalize_email(text: str) -> str:
    """Return the address as it is stored and searched: NFKC, trimmed, case-folded.

    An international domain is in its ASCII form, by IDNA 2008: `xn--bcher-kva.example`
    for `bücher.example`. A domain that has none is case-folded; `is_valid_domain`
    refuses it.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    local, at, domain = text.rpartition("@")
    if not at or domain.isascii():
        return text.casefold()
    try:
        return f"{local.casefold()}@{_to_ascii(domain)}"
    except UnicodeError:
        return text.casefold()


def is_valid_domain(domain: str) -> bool:
    """Return whether IDNA 2008 knows an international domain; True for all others."""
    if domain.isascii() and "xn--" not in domain.lower():
        return True
    try:
        return _to_ascii(domain) == domain.lower() or not domain.isascii()
    except UnicodeError:
        return False


def _to_ascii(domain: str) -> str:
    """Return the ASCII form of a domain. Raises `UnicodeError`."""
    if len(domain) > MAX_DOMAIN_CHARS:  # the time to encode grows faster than the text
        raise UnicodeError("the domain is too long")
    # UTS 46 maps letters of another case and width. Not "transitional": that would
    # turn ß into ss, the domain of somebody else.
    return idna.encode(domain, uts46=True).decode()


def validate_visible_email(text: str | None) -> None:
    """Check an address as it was typed. Raises `ValidationError`.

    Normalizing drops some characters that are not seen, so it is too late afterwards.
    """
    typed = (text or "").strip()
    if has_hidden_characters(typed) or not is_valid_domain(typed.rpartition("@")[2]):
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
