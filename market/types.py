"""The types of settings. `clean` returns a value or raises `ValidationError`."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from market import stored

Value = TypeVar("Value")
Text = str | Promise
MISSING = object()


@dataclass(frozen=True, kw_only=True)
class Setting(Generic[Value]):
    """One setting: what it is called, its group on the page, and its default.

    `default` is called each time: it reads the setting of the environment, which stays
    the value until staff set another one.
    """

    name: str
    group: str
    label: Text
    default: Callable[[], Value]
    help: Text = ""

    def get(self) -> Value:
        """Return the value that applies now. No query but one in some seconds."""
        value = stored.current().get(self.name, MISSING)
        if value is MISSING:
            return self.default()
        try:
            return self.clean(value)
        except ValidationError:  # written by another version of this code
            return self.default()

    def clean(self, value: Any) -> Value:
        """Return the value of what is stored or was typed."""
        raise NotImplementedError

    def display(self, value: Value) -> str:
        """Return the value as people read it."""
        return str(value)


@dataclass(frozen=True, kw_only=True)
class Whole(Setting[int]):
    """A whole number between two bounds."""

    least: int = 0
    most: int = 2**31 - 1

    def clean(self, value: Any) -> int:
        """Return the number."""
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole or not self.least <= value <= self.most:
            raise ValidationError(
                _("Write a whole number from %(least)s to %(most)s.")
                % {"least": self.least, "most": self.most}
            )
        return value


@dataclass(frozen=True, kw_only=True)
class BasisPoints(Setting[Decimal]):
    """A share in hundredths of a percent. A default may have a fraction of them."""

    most: int

    def clean(self, value: Any) -> Decimal:
        """Return the number of basis points."""
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole or not 0 <= value <= self.most:
            raise ValidationError(
                _("Write a whole number from %(least)s to %(most)s.")
                % {"least": 0, "most": self.most}
            )
        return Decimal(value)

    def display(self, value: Decimal) -> str:
        """Return the number with the percentage that it means."""
        return f"{value.normalize():f} ({(value / 100).normalize():f} %)"


@dataclass(frozen=True, kw_only=True)
class Switch(Setting[bool]):
    """On or off."""

    def clean(self, value: Any) -> bool:
        """Return the value."""
        if not isinstance(value, bool):
            raise ValidationError(_("Choose on or off."))
        return value

    def display(self, value: bool) -> str:
        """Return a word."""
        return _("On") if value else _("Off")


@dataclass(frozen=True, kw_only=True)
class Choice(Setting[str]):
    """One of some values, each with a label."""

    choices: tuple[tuple[str, Text], ...]

    def clean(self, value: Any) -> str:
        """Return the value."""
        if value not in dict(self.choices):
            raise ValidationError(_("Choose one of the values."))
        return str(value)

    def display(self, value: str) -> str:
        """Return the label."""
        return str(dict(self.choices).get(value, value))


@dataclass(frozen=True, kw_only=True)
class Sentence(Setting[str]):
    """A text that people read."""

    max_chars: int = 500

    def clean(self, value: Any) -> str:
        """Return the text."""
        if not isinstance(value, str) or len(value) > self.max_chars:
            raise ValidationError(
                _("Write at most %(most)s characters.") % {"most": self.max_chars}
            )
        return value

    def display(self, value: str) -> str:
        """Return the text; a dash for none."""
        return value or "–"
