"""The form of a rule's settings: its parameters are checked by the rule."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audit.forms import ReasonedForm
from rules.registry import RULES


class RuleForm(ReasonedForm):
    """Refuses outcomes and parameters that the rule does not know."""

    def clean_outcome(self) -> str:
        """Return the outcome. Raises `ValidationError` if the rule cannot have it."""
        outcome = self.cleaned_data["outcome"]
        if outcome not in RULES[self.instance.name].outcomes:
            raise forms.ValidationError(_("This rule cannot have this outcome."))
        return outcome

    def clean_parameters(self) -> dict[str, Any]:
        """Return the given parameters. Raises `ValidationError` for wrong ones."""
        given = self.cleaned_data["parameters"] or {}
        RULES[self.instance.name].clean(given)
        return given
