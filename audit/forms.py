"""The forms of an edit with a reason, and of a decision with its ground.

They stand outside `audit.admin`, which registers admin pages when it is imported.
"""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from audit.models import MAX_FACTS, Decision
from core.admin.actions import ReasonForm
from core.admin.fields import InputField
from core.api.fields import OptionalMultiLineField, TextField


class ReasonedForm(forms.ModelForm):
    """A model form with the required field `reason`."""

    reason = ReasonForm.base_fields["reason"]


class UntilForm(ReasonForm):
    """The reason of a decision, and until when it holds."""

    until = forms.SplitDateTimeField(
        label=_("Until"),
        required=False,
        help_text=_("Without it, for good."),
        widget=UnfoldAdminSplitDateTimeWidget(),
    )

    def clean_until(self) -> datetime | None:
        """Refuse a time that is over."""
        until = self.cleaned_data["until"]
        if until is not None and until <= timezone.now():
            raise forms.ValidationError(_("This is in the past."))
        return until


class GroundsForm(UntilForm):
    """The ground of a decision too, and what only staff read."""

    reason = InputField(
        rule=OptionalMultiLineField(),
        label=_("Reasons"),
        max_length=MAX_FACTS,
        widget=UnfoldAdminTextareaWidget({"rows": 4}),
        help_text=_("The person reads them."),
    )
    ground = forms.ChoiceField(
        choices=Decision.Ground.choices,
        label=_("Ground"),
        widget=UnfoldAdminSelectWidget(),
    )
    basis = InputField(
        rule=TextField(),
        label=_("Law or clause"),
        max_length=300,
        help_text=_("Such as “Terms, 4.2”, or the law and its article."),
        widget=UnfoldAdminTextInputWidget(),
    )
    note = InputField(
        rule=OptionalMultiLineField(),
        label=_("Internal note"),
        required=False,
        max_length=MAX_FACTS,
        widget=UnfoldAdminTextareaWidget({"rows": 2}),
    )

    field_order: tuple[str, ...] = ("reason", "ground", "basis", "until", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sentence = _("Of a suspension or a restriction. Without it, for good.")
        self.fields["until"].help_text = sentence


class RestrictionForm(GroundsForm):
    """What is taken away from a person."""

    restricts = forms.MultipleChoiceField(
        choices=Decision.Scope.choices,
        label=_("Restricted"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
