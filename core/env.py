"""Environment variables, read once at startup by `environs`.

All problems are collected and raised together, so that an operator sees them at once.
"""

import builtins
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import dj_database_url
import django
from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from environs import EnvValidationError, FileAwareEnv, ValidationError

MAX_INT = 2**31 - 1  # of PostgreSQL and of timeouts
ENGINES = {"django.db.backends.postgresql", "django.db.backends.sqlite3"}


class InvalidEnvironment(ImproperlyConfigured):
    """Variables that are missing or invalid: `problems` has sentences by name."""

    def __init__(self, message: str, problems: dict[str, list[str]]):
        super().__init__(message)
        self.problems = problems


def _between(least: float, most: float) -> Callable[[Any], None]:
    def check(value: Any) -> None:
        if not least <= value <= most:  # false for NaN, too
            raise ValidationError(f"Must be between {least} and {most}.")

    return check


def is_time_zone(name: str) -> None:
    """Raise `ValidationError` for a time zone that this machine does not know."""
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise ValidationError(f"{name} is not a time zone.") from None


def is_object(value: object) -> None:
    """Raise `ValidationError` for JSON that is not an object."""
    if not isinstance(value, dict):
        raise ValidationError('Write a JSON object, such as {"API_KEY": "…"}.')


def is_url(*schemes: str) -> Callable[[str], None]:
    """Return a validator of URLs with a host and one of these schemes."""

    def check(value: str) -> None:
        try:
            url = urlsplit(value)
            is_right = url.scheme in schemes and (url.hostname or url.scheme == "unix")
            _port = url.port  # raises for one beyond 65535
        except ValueError:
            is_right = False
        if not is_right:
            names = " or ".join(f"{scheme}://" for scheme in schemes)
            raise ValidationError(f"Write a URL that begins with {names} and a host.")

    return check


class Environment:
    """Variables of the process, then of a `.env` file, then defaults.

    `NAME_FILE` may name a file that holds the value of `NAME`. A variable without a
    default is required. For an invalid value the default is returned, and for a missing
    one None, until `seal` raises.
    """

    def __init__(self, file: Path):
        self._env = FileAwareEnv(eager=False, strip_whitespace=True)
        self._env.read_env(str(file), recurse=False)
        # environs raises errors of files at once, even with `eager=False`.
        self._refused: dict[builtins.str, builtins.list[builtins.str]] = {}

    # Methods named like types hide the types in this class: hence `builtins`.
    def str(
        self, name: builtins.str, default: Any = ..., **options: Any
    ) -> builtins.str:
        """Return the text. `options` are those of the environs parser."""
        return self._read("str", name, default, **options)

    def bool(self, name: builtins.str, default: builtins.bool) -> builtins.bool:
        """Return True or False."""
        return self._read("bool", name, default)

    def int(
        self,
        name: builtins.str,
        default: builtins.int,
        *,
        at_least: builtins.int = 0,
        at_most: builtins.int = MAX_INT,
    ) -> builtins.int:
        """Return an integer between the two bounds."""
        return self._read("int", name, default, validate=_between(at_least, at_most))

    def positive(
        self,
        name: builtins.str,
        default: builtins.int,
        *,
        at_most: builtins.int = MAX_INT,
    ) -> builtins.int:
        """Return an integer from 1: a site with 0 of these does not work."""
        return self.int(name, default, at_least=1, at_most=at_most)

    def float(
        self, name: builtins.str, default: builtins.float, *, at_least: float = 0
    ) -> builtins.float:
        """Return a number from `at_least`; never infinity, and never NaN."""
        return self._read("float", name, default, validate=_between(at_least, MAX_INT))

    def url(self, name: builtins.str, *schemes: builtins.str) -> builtins.str:
        """Return a URL with one of these schemes, or an empty text."""
        if not self._read("str", name, ""):  # `NAME=` is valid: there is none
            return ""
        return self._read("str", name, "", validate=is_url(*schemes))

    def json(
        self, name: builtins.str, default: dict[builtins.str, Any]
    ) -> dict[builtins.str, Any]:
        """Return a JSON object."""
        found = self._read("json", name, dict(default), validate=is_object)
        return found if isinstance(found, dict) else dict(default)

    def path(self, name: builtins.str, default: Path) -> Path:
        """Return the path of a file or directory, which need not exist."""
        return self._read("path", name, default)

    def log_level(self, name: builtins.str, default: builtins.str) -> Any:
        """Return the name or number of a level of `logging`."""
        return self._read("log_level", name, default)

    def list(
        self, name: builtins.str, default: Any = ..., **options: Any
    ) -> builtins.list[builtins.str]:
        """Return the words between commas, without empty ones."""
        words = self._read("list", name, default, subcast=builtins.str.strip, **options)
        return [word for word in words or () if word]

    def factors(
        self, name: builtins.str, default: tuple[builtins.float, ...]
    ) -> tuple[builtins.float, ...]:
        """Return as many positive numbers between commas as `default` has."""
        words = self.list(name, [builtins.str(number) for number in default])
        try:
            found = tuple(builtins.float(word) for word in words)
        except ValueError:
            found = ()
        if len(found) != len(default) or not all(0 < n <= 1000 for n in found):
            self.refuse(name, f"Write {len(default)} numbers above 0, with commas.")
            return default
        return found

    def zone(self, name: builtins.str, default: builtins.str) -> builtins.str:
        """Return the name of a time zone that this machine knows."""
        return self._read("str", name, default, validate=is_time_zone)

    def database(
        self, name: builtins.str, default: builtins.str
    ) -> dict[builtins.str, Any]:
        """Return the database at a URL, as Django's `DATABASES` describes databases.

        PostgreSQL and SQLite only: others would be taken for PostgreSQL.
        """
        found = self._read("dj_db_url", name, None)
        if found and found["ENGINE"] not in ENGINES:
            self.refuse(name, "Begin it with postgres://, or with sqlite:///.")
            found = None
        return dict(found or dj_database_url.parse(default))

    def refuse(self, name: builtins.str, sentence: builtins.str) -> None:
        """Let `seal` name this variable too, with a sentence that says what to do."""
        self._refused.setdefault(name, []).append(sentence)

    def seal(self, advice: builtins.str = "") -> None:
        """Raise `InvalidEnvironment` naming all invalid and missing variables.

        `advice` is the last line of its message.
        """
        errors: dict[builtins.str, builtins.list[builtins.str]] = {}
        try:
            self._env.seal()
        except EnvValidationError as error:
            errors.update(cast(dict[str, Any], error.error_messages))
        for name, sentences in self._refused.items():
            # An invalid value counts as the default: that one may be refused as well.
            errors.setdefault(name, sentences)
        if errors:
            lines = [f"  - {name}: {' '.join(errors[name])}" for name in errors]
            message = ["Invalid environment:", *lines, *([advice] if advice else [])]
            raise InvalidEnvironment("\n".join(message), errors)

    def _read(
        self, parser: builtins.str, name: builtins.str, default: Any, **options: Any
    ) -> Any:
        try:
            # `DAYS=` means the default, as in a shell; environs would refuse it.
            if parser not in {"str", "list"} and self._env.str(name, "") == "":
                return default
            value = getattr(self._env, parser)(name, default, **options)
        except ValueError as error:  # the file that NAME_FILE names
            self._refused[name] = [str(error)]
            value = None
        # environs returns None for an invalid value. Without a usable value here, the
        # settings that follow would fail before `seal` can name all problems.
        return default if value is None and default is not ... else value


def load_settings() -> None:
    """Load Django's settings; exit with their message if they are not valid.

    The cause of that `SystemExit` is the `ImproperlyConfigured` of the settings.
    Without it an operator would look for that message in a traceback.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    try:
        _loaded = settings.DEBUG  # the first use of any setting loads them
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from error


def load_and_check() -> None:
    """Load the settings and run the system checks, before a server takes requests.

    Exits with one message if the settings are not valid, or for errors that
    `manage.py check` would find, such as a file that a setting names and is not there.
    """
    load_settings()
    django.setup()
    errors = [error for error in run_checks() if error.is_serious()]
    if errors:
        lines = [f"  - {error.msg} {error.hint or ''} ({error.id})" for error in errors]
        raise SystemExit("\n".join(["System checks found errors:", *lines]))
