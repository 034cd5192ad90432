"""Fixtures of the tests of rules."""

import pytest

from rules import configuration
from rules.models import RuleSetting
from rules.signals import rule_hit


@pytest.fixture(autouse=True)
def enough_time(settings):
    """The budget of time never ends by itself."""
    settings.RULES_BUDGET_MS = 60_000


@pytest.fixture(autouse=True)
def nobody_follows(monkeypatch):
    """What the app above does with what rules find is shown in its own tests."""
    monkeypatch.setattr(rule_hit, "receivers", [])
    rule_hit.sender_receivers_cache.clear()


@pytest.fixture
def turn_on(db):
    """`turn_on("words", "mask", lv=["x"])` sets one rule."""

    def set_rule(name: str, outcome: str = "flag", **parameters) -> None:
        RuleSetting.objects.filter(name=name).update(
            enabled=True, outcome=outcome, parameters=parameters
        )
        configuration.forget()

    RuleSetting.objects.update(enabled=False)
    configuration.forget()
    return set_rule


@pytest.fixture
def hits():
    """What `rule_hit` has sent, as `(rule, outcome, target)`."""
    sent = []

    def receive(sender, *, rule, outcome, target, person, detail, **kwargs):
        sent.append((rule, outcome, target))

    rule_hit.connect(receive)
    yield sent
    rule_hit.disconnect(receive)
