"""The form of an edit with a reason.

It stands outside `audit.admin`, which registers admin pages when it is imported.
"""

from django import forms

from core.admin.actions import ReasonForm


class ReasonedForm(forms.ModelForm):
    """A model form with the required field `reason`."""

    reason = ReasonForm.base_fields["reason"]
