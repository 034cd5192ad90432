"""The form that saves a filter."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.admin.fields import InputField
from core.api.fields import OptionalTextField
from saved_filters.models import MAX_NAME_CHARS


class SaveForm(forms.Form):
    """A name, the list with its query string, and whether it is shared."""

    model = forms.CharField(max_length=100, widget=forms.HiddenInput())
    query = forms.CharField(required=False, strip=False, widget=forms.HiddenInput())
    name = InputField(
        rule=OptionalTextField(), label=_("Name"), max_length=MAX_NAME_CHARS
    )
    is_shared = forms.BooleanField(required=False, label=_("For everybody"))
