"""Forms of the decisions of staff in the admin."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from core.admin.actions import ReasonForm


class SplitForm(ReasonForm):
    """The part of the worker, as an amount or a share of the price, and the reason.

    Whoever does not see the price divides it by a share.
    """

    worker_amount = forms.DecimalField(
        label=_("Amount for the worker"),
        required=False,
        min_value=0,
        max_digits=10,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("The part of the price for the worker; the rest goes back."),
    )
    worker_percent = forms.DecimalField(
        label=_("Share for the worker, in per cent"),
        required=False,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("Instead of an amount."),
    )
    field_order = ("worker_amount", "worker_percent", "reason")

    def clean(self) -> dict[str, Any]:
        """Refuse both an amount and a share, and neither."""
        data = super().clean() or self.cleaned_data
        names = ("worker_amount", "worker_percent")
        given = [name for name in names if data.get(name) is not None]
        if len(given) != 1 and not self.errors:
            self.add_error("worker_amount", _("Write an amount or a share."))
        return data
