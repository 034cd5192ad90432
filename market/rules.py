"""What must hold of several settings together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from market import registry
from market.types import Setting

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """That `holds(first, second)`; otherwise `sentence` stands beside the first one."""

    first: Setting
    second: Setting
    holds: Callable[[Any, Any], bool]
    sentence: Promise


def _at_most(first: Any, second: Any) -> bool:
    return first <= second


def _less(first: Any, second: Any) -> bool:
    return first < second


def _implies(first: bool, second: bool) -> bool:
    return second or not first


RULES = (
    Rule(
        registry.PAYMENT_MIN_CENTS,
        registry.PAYMENT_MAX_CENTS,
        _at_most,
        _("The smallest payment is larger than the largest one."),
    ),
    Rule(
        registry.FEE_MIN_CENTS,
        registry.PAYMENT_MIN_CENTS,
        _less,
        _("The smallest fee would take all of the smallest payment."),
    ),
    Rule(
        registry.NEW_ACCOUNT_CONVERSATIONS,
        registry.CONVERSATIONS_PER_DAY,
        _at_most,
        _("A new account could start more conversations than an older one."),
    ),
    Rule(
        registry.PRICE_MIN,
        registry.PRICE_MAX,
        _at_most,
        _("The lowest price is higher than the highest one."),
    ),
    Rule(
        registry.PAYMENT_REQUIRED,
        registry.PAYMENTS_OPEN,
        _implies,
        _("Tasks cannot have to be paid while new ones are not paid here."),
    ),
)


def problems(values: Values) -> dict[str, Promise]:
    """Return what is wrong with `values`, by the name of the setting.

    `values` are those that staff set; the others have their defaults. Two defaults are
    not compared: the environment answers for them.
    """
    found: dict[str, Promise] = {}
    for rule in RULES:
        pair = (rule.first, rule.second)
        if not any(one.name in values for one in pair):
            continue
        first, second = (
            values[one.name] if one.name in values else one.default() for one in pair
        )
        if not rule.holds(first, second):
            # Beside the one that was set, where a person can correct it.
            name = rule.first.name if rule.first.name in values else rule.second.name
            found.setdefault(name, rule.sentence)
    return found
