"""Password rules: one Unicode form, 8 to 128 characters, not the account's own name."""

import unicodedata
from typing import Any, overload

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework_simplejwt.utils import get_md5_hash_password

from core.text import is_visible, without_invisible

MIN_PASSWORD_CHARS, MAX_PASSWORD_CHARS = 8, 128
DEMO_PASSWORD = "market-demo-2026"  # of the demo accounts, in the README


@overload
def normalize_password(password: str) -> str: ...
@overload
def normalize_password(password: str | None) -> str | None: ...
def normalize_password(password: str | None) -> str | None:
    """Return the password as it is hashed: NFC, as keyboards differ; None stays None.

    `User.set_password` and `User.check_password` call it, so that every form, command
    and endpoint does.
    """
    return None if password is None else unicodedata.normalize("NFC", password)


def hash_password(password: str) -> str:
    """Return what `User.set_password` would store; it takes 0.03 s of a core."""
    return make_password(normalize_password(password))


def fingerprint(encoded: str) -> str:
    """Return what a token names of the hash `encoded`: 32 characters."""
    return get_md5_hash_password(encoded)


def upgrade_of(before: str, after: str) -> str:
    """Return what a user stores of the upgrade of a hash: `User.upgraded_hash`."""
    return f"{fingerprint(before)}:{fingerprint(after)}"


def fingerprints_of(password: str, upgraded_hash: str) -> list[str]:
    """Return the fingerprints of a stored hash, and of the one that it has followed.

    `upgraded_hash` is that of the user.
    """
    current = fingerprint(password)
    former, _colon, follower = upgraded_hash.partition(":")
    return [current, former] if follower == current else [current]


def is_demo() -> bool:
    """Return whether the demo accounts may be used: in a demo, and in development."""
    return settings.DEMO or not settings.PRODUCTION


def is_published(password: str) -> bool:
    """Return whether this is the password of the demo accounts, outside of a demo.

    Everybody can read it, and the accounts stay when a demo becomes a real site.
    """
    return password == DEMO_PASSWORD and not is_demo()


class LengthValidator:
    """Takes passwords of 8 to 128 characters, counted as they are hashed.

    One of blanks and invisible characters alone is as good as none.
    """

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise `ValidationError` for a shorter or a longer password."""
        chars = len(normalize_password(password))
        if chars < MIN_PASSWORD_CHARS or not _is_visible(password):
            raise ValidationError(self._sentence("least"))
        if chars > MAX_PASSWORD_CHARS:
            raise ValidationError(self._sentence("most"))

    def get_help_text(self) -> str:
        """Return the rule in a sentence, for forms."""
        sentence = _("Use %(least)s to %(most)s characters.")
        return sentence % {"least": MIN_PASSWORD_CHARS, "most": MAX_PASSWORD_CHARS}

    def _sentence(self, bound: str) -> str:
        if bound == "least":
            sentence = _(
                "This password is too short. Use at least %(count)s characters."
            )
            return sentence % {"count": MIN_PASSWORD_CHARS}
        sentence = _("This password is too long. Use at most %(count)s characters.")
        return sentence % {"count": MAX_PASSWORD_CHARS}


class NotTheAccountValidator:
    """Refuses the username and the e-mail address as the password, in any case."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise `ValidationError` for the username or e-mail address of `user`."""
        own = {getattr(user, name, None) or "" for name in ("username", "email")}
        if _folded(password) in {_folded(name) for name in own if name}:
            raise ValidationError(
                _("The password must differ from the username and the e-mail address.")
            )

    def get_help_text(self) -> str:
        """Return the rule in a sentence, for forms."""
        return _("The password must differ from the username and the e-mail address.")


class CommonValidator(CommonPasswordValidator):
    """Refuses common passwords, and that of the demo accounts outside of a demo."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` for such a password."""
        super().validate(password, user)
        if is_published(password):
            raise ValidationError(self.get_error_message())


def _is_visible(text: str) -> bool:
    return is_visible(without_invisible(text))


def _folded(text: str) -> str:
    return normalize_password(text).strip().casefold()
