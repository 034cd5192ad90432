"""Forms of staff. Apart from the admin, which registers pages when imported."""

from django import forms

from core.admin.actions import ReasonForm


class ReasonedForm(forms.ModelForm):
    reason = ReasonForm.base_fields["reason"]
