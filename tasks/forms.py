"""Forms of the decisions of staff in the admin."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from core.admin.actions import ReasonForm


class SplitForm(ReasonForm):
    """The part of the worker, and the reason."""

    worker_amount = forms.DecimalField(
        label=_("Amount for the worker"),
        min_value=0,
        max_digits=10,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("The part of the price for the worker; the rest goes back."),
    )
    field_order = ("worker_amount", "reason")
