"""The typed parameters of rules. `clean` returns a value or raises `ValueError`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_ENTRIES = 1000  # of one list
MAX_ENTRY_CHARS = 100


@dataclass(frozen=True)
class Number:
    """A number between two bounds; a whole one if the default is whole."""

    default: float
    help: str
    least: float = 0
    most: float = 1_000_000

    def clean(self, value: Any) -> float:
        """Return the number."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not self.least <= value <= self.most:
            raise ValueError(f"must be a number from {self.least} to {self.most}")
        if isinstance(self.default, int) and value != int(value):
            raise ValueError("must be a whole number")
        return type(self.default)(value)


@dataclass(frozen=True)
class Switch:
    """True or false."""

    default: bool
    help: str

    def clean(self, value: Any) -> bool:
        """Return the value."""
        if not isinstance(value, bool):
            raise ValueError("must be true or false")
        return value


@dataclass(frozen=True)
class Entries:
    """A list of texts without repetitions. `problem` says what is wrong with one."""

    help: str
    problem: Callable[[str], str]
    default: tuple[str, ...] = ()
    stored_as: Callable[[str], str] = str.strip

    def clean(self, value: Any) -> tuple[str, ...]:
        """Return the entries as they are compared."""
        is_list = isinstance(value, list | tuple)
        if not is_list or not all(isinstance(entry, str) for entry in value):
            raise ValueError("must be a list of texts")
        if len(value) > MAX_ENTRIES:
            raise ValueError(f"may have {MAX_ENTRIES} entries")
        for entry in value:
            if len(entry) > MAX_ENTRY_CHARS:
                raise ValueError(f"{entry[:20]!r}… is too long")
            if problem := self.problem(entry):
                raise ValueError(problem)
        return tuple(dict.fromkeys(map(self.stored_as, value)))


Parameter = Number | Switch | Entries
