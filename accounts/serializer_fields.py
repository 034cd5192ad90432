"""Fields of the input of accounts: passwords, e-mail addresses, picture URLs."""

from typing import Any
from urllib.parse import urlsplit

from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from accounts.fields import normalize_email
from accounts.passwords import (
    MAX_PASSWORD_CHARS,
    MIN_PASSWORD_CHARS,
    normalize_password,
)
from core.api.fields import OptionalTextField, SecretField, TextField
from core.api.list_fields import CommaSeparatedField
from core.api.params import normalize_category
from uploads.models import URL_PREFIX


class Password(SecretField):
    """A password, not trimmed, at most 128 characters in its normalized form."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_PASSWORD_CHARS, **kwargs)

    def to_internal_value(self, data: object) -> str:
        # Some systems send é as two characters: the limit counts what is hashed. What
        # is far too long is refused unread.
        if isinstance(data, str) and len(data) <= 4 * MAX_PASSWORD_CHARS:
            data = normalize_password(data)
        return super().to_internal_value(data)


class NewPassword(Password):
    """A new password. `services.check_password` runs the validators on it."""

    @property
    def schema(self) -> dict:
        """The schema of a password, with the shortest length of a new one."""
        return super().schema | {"minLength": MIN_PASSWORD_CHARS}


class Email(TextField):
    """An e-mail address, normalized before it is validated."""

    schema = {
        "type": "string",
        "format": "email",
        "pattern": r"^[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*"
        r"@([A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?\.)+[A-Za-z]{2,20}$",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, validators=[EmailValidator()], **kwargs)

    def to_internal_value(self, data: object) -> str:
        return normalize_email(super().to_internal_value(data))


class PictureUrl(OptionalTextField):
    """The path of an upload, or an http(s) URL of another site."""

    default_error_messages = {"url": _("Give an http or https address.")}

    schema = {"type": "string", "pattern": r"^\s*($|https?://|/api/uploads/)"}

    def to_internal_value(self, data: object) -> str:
        url = super().to_internal_value(data)
        try:
            elsewhere = urlsplit(url).scheme in {"http", "https"}
        except ValueError:
            self.fail("url")
        if url and not elsewhere and not url.startswith(URL_PREFIX):
            self.fail("url")
        return url


class Categories(CommaSeparatedField):
    """Comma-separated categories, stored as those of items are."""

    def clean(self, word: str) -> str:
        """Return the category as it is stored."""
        return normalize_category(super().clean(word))
