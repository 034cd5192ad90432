"""Fields of the input of accounts: passwords, e-mail addresses, picture URLs."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from accounts.fields import validate_visible_email
from accounts.names import has_link
from accounts.passwords import (
    MAX_PASSWORD_CHARS,
    MIN_PASSWORD_CHARS,
    normalize_password,
)
from core.api.fields import OptionalNameField, OptionalTextField, SecretField, TextField
from core.api.list_fields import CommaSeparatedField
from core.api.params import normalize_category
from core.email_addresses import normalize_email
from core.text import has_hidden
from uploads.models import URL_PREFIX

MAX_CODE_CHARS = 30
MAX_KEY_CHARS = 32  # of `Challenge.key`


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
    """A new password, by the validators that need no user.

    `services.check_password` runs them all. Here they name a weak password beside the
    errors of other fields.
    """

    def to_internal_value(self, data: object) -> str:
        password = super().to_internal_value(data)
        try:
            validate_password(password)
        except DjangoValidationError as error:
            raise ValidationError(error.messages) from None
        return password

    @property
    def schema(self) -> dict:
        """The schema of a password, with the shortest length of a new one."""
        return super().schema | {"minLength": MIN_PASSWORD_CHARS}


class ChallengeKey(TextField):
    """The `key` of a challenge."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_KEY_CHARS, **kwargs)


class Code(TextField):
    """A code of an authenticator app or a recovery code; blanks and dashes are free."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_CODE_CHARS, **kwargs)


class OptionalCode(OptionalTextField):
    """The same where it may be left out."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_CODE_CHARS, **kwargs)


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
        text = super().to_internal_value(data)
        try:
            validate_visible_email(str(data))  # as it was sent
        except DjangoValidationError:
            raise ValidationError(EmailValidator.message) from None
        return normalize_email(text)


class PersonName(OptionalNameField):
    """A first or last name, without links and without characters that are not seen."""

    default_error_messages = {
        "hidden": _("A name cannot contain control or invisible characters."),
        "link": _("A name cannot contain a link or an address."),
    }

    def to_internal_value(self, data: object) -> str:
        # The text as it was sent: some of these characters are removed from a name.
        name = super().to_internal_value(data)
        if has_hidden(str(data).strip()):
            self.fail("hidden")
        if has_link(name):
            self.fail("link")
        return name


class PictureUrl(OptionalTextField):
    """The path or URL of an upload, or a URL of one of the `AVATAR_HOSTS`.

    A picture from anywhere else would tell its host who reads which page.
    """

    default_error_messages = {
        "url": _("Give an http or https address."),
        "host": _("Upload the picture here, or use a known avatar service."),
    }

    schema = {"type": "string", "pattern": r"^\s*($|https?://|/api/uploads/)"}

    def to_internal_value(self, data: object) -> str:
        url = super().to_internal_value(data)
        try:
            elsewhere = urlsplit(url).scheme in {"http", "https"}
        except ValueError:
            self.fail("url")
        if url and not elsewhere and not url.startswith(URL_PREFIX):
            self.fail("url")
        if elsewhere and not self._is_known(url):
            self.fail("host")
        return url

    def _is_known(self, url: str) -> bool:
        """Whether it is on this site, on a known host, or stands there already."""
        request = self.context["request"]
        # A form that sends all fields sends back what an older release has stored.
        is_kept = url == getattr(request.user, self.field_name or "", None)
        here = {request.get_host(), urlsplit(settings.SITE_URL).netloc}
        parts = urlsplit(url)
        is_known = parts.netloc.lower() in {*settings.AVATAR_HOSTS, *here}
        return is_kept or is_known


class Categories(CommaSeparatedField):
    """Comma-separated categories, stored as those of items are."""

    def clean(self, word: str) -> str:
        """Return the category as it is stored."""
        return normalize_category(super().clean(word))
