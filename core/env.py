"""The environment, read with defaults; everything wrong in it is told at once."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from environs import FileAwareEnv


class Environment:
    """Variables of the process, then of a `.env` file, then defaults.

    `NAME_FILE` may name a file that holds the value of `NAME`. A wrong value counts as
    its default until `settle` raises `ImproperlyConfigured` for all of them together.
    """

    def __init__(self, file: Path):
        self._env = FileAwareEnv(strip_whitespace=True)
        self._env.read_env(str(file), recurse=False)
        self._problems: list[str] = []

    def str(self, name: str, default: str) -> str:
        return self._read("str", name, default)

    def bool(self, name: str, default: bool) -> bool:
        return self._read("bool", name, default)

    def int(self, name: str, default: int) -> int:
        return self._not_negative(name, self._read("int", name, default))

    def float(self, name: str, default: float) -> float:
        return self._not_negative(name, self._read("float", name, default))

    def path(self, name: str, default: Path) -> Path:
        return self._read("path", name, default)

    def list(self, name: str, default: list[str]) -> list[str]:
        words = self._read("list", name, default)
        return [word.strip() for word in words if word.strip()]

    def zone(self, name: str, default: str) -> str:
        """The name of a time zone that this machine knows."""
        zone = self.str(name, default)
        try:
            ZoneInfo(zone)
        except (LookupError, ValueError, OSError):
            self._problems.append(f"{name}: {zone} is no time zone.")
        return zone

    def database(self, name: str, default: str) -> dict:
        """A database by its URL, as Django describes databases."""
        try:
            return dj_database_url.parse(self.str(name, default))
        except (ValueError, LookupError):
            self._problems.append(f"{name}: this is no URL of a database.")
            return dj_database_url.parse(default)

    def require(self, fact: Any, sentence: str) -> None:
        if not fact:
            self._problems.append(sentence)

    def settle(self) -> None:
        """Raise `ImproperlyConfigured` if anything was wrong, with all of it."""
        if self._problems:
            lines = "\n".join(f"  - {problem}" for problem in self._problems)
            raise ImproperlyConfigured(f"The environment needs mending:\n{lines}")

    def _read(self, kind: str, name: str, default: Any) -> Any:
        try:
            if kind not in {"str", "list"} and self._env.str(name, "") == "":
                return default
            return getattr(self._env, kind)(name, default)
        except ValueError as error:
            sentences = " ".join(getattr(error, "error_messages", [str(error)]))
            self._problems.append(f"{name}: {sentences}")
            return default

    def _not_negative(self, name: str, number: Any) -> Any:
        self.require(number >= 0, f"{name}: must not be negative.")
        return number
