"""The forms of the desk: a decision on one case or on many, and on an appeal."""

import json
from typing import Any

from django import forms
from django.forms.fields import InvalidJSONInput
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
)

from audit.forms import GroundsForm
from audit.models import Decision
from core.admin.actions import ReasonForm
from moderation import batches
from moderation.models import ReasonTemplate

IN_THE_ORDER = ("no_action", "label", *batches.OUTCOMES[1:])
OUTCOMES = [(name, Decision.Outcome(name).label) for name in IN_THE_ORDER]
MAX_VERSIONS_CHARS = 40 * batches.MAX_CASES  # two numbers for each
BULK_OUTCOMES = [choice for choice in OUTCOMES if choice[0] in batches.OUTCOMES]


class DecisionForm(GroundsForm):
    """What is decided on a case, on which ground."""

    scripts = ("marketplace/reasons.js",)  # writes a chosen text into the fields

    outcome = forms.ChoiceField(
        choices=OUTCOMES, label=_("Outcome"), widget=UnfoldAdminSelectWidget()
    )
    template = forms.ModelChoiceField(
        ReasonTemplate.objects.filter(is_offered=True),
        label=_("Text of reasons"),
        required=False,
        help_text=_("If you do not change it, it is read in the person's language."),
        widget=UnfoldAdminSelectWidget(),
    )
    restricts = forms.MultipleChoiceField(
        choices=Decision.Scope.choices,
        label=_("Restricted"),
        required=False,
        help_text=_("For a restriction alone."),
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    label = forms.ChoiceField(
        choices=[("", "—"), *Decision.Label.choices],
        label=_("Label"),
        required=False,
        help_text=_("For a label alone."),
        widget=UnfoldAdminSelectWidget(),
    )
    keep_hidden = forms.BooleanField(
        label=_("Keep it hidden"),
        required=False,
        help_text=_(
            "What is hidden until this review is shown again, unless you hide or "
            "remove it."
        ),
        widget=UnfoldBooleanSwitchWidget(),
    )
    version = forms.IntegerField(widget=forms.HiddenInput())
    field_order = ("outcome", "template", "reason", "ground", "basis", "until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False  # a template says it too
        if not self.initial.get("is_waiting", True):
            del self.fields["keep_hidden"]
        language = self.initial.get("language") or get_language() or ""
        widget = self.fields["template"].widget
        rows = self.fields["template"].queryset  # type: ignore[attr-defined]
        texts = {
            row.pk: {
                "reason": row.text_in(language),
                "ground": row.ground,
                "basis": row.basis,
            }
            for row in rows
        }
        widget.attrs["data-texts"] = json.dumps(texts)

    def clean(self) -> dict[str, Any]:
        """Refuse a decision that says no reasons, or not what it restricts."""
        data = super().clean() or self.cleaned_data
        if not data.get("reason") and data.get("template") is None:
            self.add_error("reason", _("Say what the decision rests on."))
        for name, outcome in (("restricts", "restrict"), ("label", "label")):
            if name in self.fields and data.get("outcome") == outcome:
                if not data.get(name):
                    self.add_error(name, _("Choose at least one."))
            elif name in data:
                del data[name]  # it belongs to another outcome
        return data


class VersionsField(forms.JSONField):
    """The versions of cases as JSON, of `batches.MAX_CASES` at most."""

    default_error_messages = {"invalid": _("Select the cases again.")}
    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """Return the value. Raises `ValidationError` for text that is too long."""
        if isinstance(value, str) and len(value) > MAX_VERSIONS_CHARS:
            raise forms.ValidationError(self.error_messages["invalid"])
        try:
            return super().to_python(value)
        except RecursionError as error:
            message = self.error_messages["invalid"]
            raise forms.ValidationError(message) from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what the page shows again: nothing of what cannot be read."""
        if isinstance(data, str) and len(data) > MAX_VERSIONS_CHARS:
            return InvalidJSONInput()
        try:
            return super().bound_data(data, initial)
        except RecursionError:
            return InvalidJSONInput()


class BulkDecisionForm(DecisionForm):
    """The same for many cases at once, which have no label in common."""

    outcome = forms.ChoiceField(
        choices=BULK_OUTCOMES, label=_("Outcome"), widget=UnfoldAdminSelectWidget()
    )
    label = None  # type: ignore[assignment]  # so that Django leaves it out
    version = None  # type: ignore[assignment]
    versions = VersionsField()

    def clean_versions(self) -> dict[int, int]:
        """Return the versions by the id of the case."""
        found = self.cleaned_data["versions"]
        try:
            return {int(pk): int(version) for pk, version in found.items()}
        except (AttributeError, TypeError, ValueError) as error:
            raise forms.ValidationError(_("Select the cases again.")) from error


class AnswerForm(ReasonForm):
    """Whether an appeal is right; the reason is the answer to who appealed."""

    is_overturned = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("", "—"), ("no", _("It stands")), ("yes", _("It is overturned"))],
        coerce=lambda value: value == "yes",
        widget=UnfoldAdminSelectWidget(),
    )
