"""The settings of the rules as they are now, read at most once in `MAX_AGE_S`."""

from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from core.cached import Cached
from rules.base import Rule
from rules.models import RuleSetting
from rules.registry import RULES

MAX_AGE_S = 5.0


class Configured(NamedTuple):
    """A rule with its outcome and the values of its parameters."""

    rule: Rule
    outcome: str
    values: dict[str, Any]


def configured(name: str, outcome: str = "") -> Configured:
    """Return one rule as it is set, on or off. Raises `KeyError` for unknown names."""
    rule = RULES[name]
    row = RuleSetting.objects.filter(name=name).first()
    found = _with(rule, row)
    return found._replace(outcome=outcome) if outcome else found


def is_enabled(rule: Rule, row: RuleSetting | None) -> bool:
    """Return whether a rule is on: as its row says, by default without one."""
    return rule.enabled if row is None else row.enabled


def _with(rule: Rule, row: RuleSetting | None) -> Configured:
    if row is None:
        return Configured(rule, rule.outcome, rule.clean({}))
    try:
        return Configured(rule, row.outcome, rule.clean(row.parameters))
    except ValidationError:  # written by another version of the rule
        return Configured(rule, row.outcome, rule.clean({}))


def _read() -> tuple[Configured, ...]:
    rows = {row.name: row for row in RuleSetting.objects.all()}
    return tuple(
        _with(rule, rows.get(name))
        for name, rule in RULES.items()
        if is_enabled(rule, rows.get(name))
    )


_active = Cached(_read, seconds=MAX_AGE_S)


def active() -> tuple[Configured, ...]:
    """Return the rules that are on, in their order."""
    return _active.get()


def forget() -> None:
    """Read the settings again when they are needed next."""
    _active.forget()
