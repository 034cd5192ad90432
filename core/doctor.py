"""A registry of examinations of a running site, for `manage.py doctor`."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

# "error": something does not work. "warning": it may not work later. "note": something
# to know, such as what was not examined.
Severity = str


@dataclass(frozen=True)
class Finding:
    """A problem, the setting that it belongs to, and what to do."""

    problem: str
    remedy: str
    setting: str = ""
    severity: Severity = "error"

    def as_dict(self) -> dict[str, str]:
        """Return the fields."""
        return asdict(self)


def not_examined(reason: str, remedy: str, setting: str = "") -> Finding:
    """Return a note: without it a part that was not examined would seem to work."""
    return Finding(f"Not examined: {reason}", remedy, setting, "note")


Examination = Callable[[], Iterator[Finding]]
EXAMINATIONS: dict[str, Examination] = {}


def examination(name: str) -> Callable[[Examination], Examination]:
    """Register a function that yields the findings about one part of the site.

    It yields `not_examined` where it could not look. Registering happens in
    `<app>/examinations.py`. Raises `ValueError` for a name that is taken.
    """

    def register(function: Examination) -> Examination:
        if name in EXAMINATIONS:
            raise ValueError(f"There are two examinations {name!r}.")
        EXAMINATIONS[name] = function
        return function

    return register


def examine() -> Iterator[tuple[str, list[Finding]]]:
    """Run all examinations; yield the name and the findings of each.

    One that fails is a finding itself, so that the others are run.
    """
    for name, function in EXAMINATIONS.items():
        yield name, _findings(function)


def _findings(function: Examination) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(function())  # what was found before a failure counts too
    except Exception as error:  # noqa: BLE001 - any failure of the part examined
        problem = f"The examination failed: {type(error).__name__}: {error}"
        remedy = "Correct what the message names, then run the command again."
        found.append(Finding(problem, remedy))
    return found


def report(results: list[tuple[str, list[Finding]]]) -> dict[str, Any]:
    """Return the findings as data: by part, and whether any is an error."""
    return {
        "ok": not has_errors(results),
        "parts": {name: [f.as_dict() for f in found] for name, found in results},
    }


def refused(error: BaseException | None) -> dict[str, Any]:
    """Return the same data for settings that were refused with `error`."""
    problems = getattr(error, "problems", {"": [str(error)]})
    remedy = "README.md describes each variable. Nothing else was examined."
    found = [
        Finding(" ".join(sentences), remedy, name)
        for name, sentences in problems.items()
    ]
    return report([("settings", found)])


def has_errors(results: list[tuple[str, list[Finding]]]) -> bool:
    """Return whether any finding is an error."""
    return any(f.severity == "error" for _name, found in results for f in found)
