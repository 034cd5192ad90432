"""Serializers of the input of transitions."""

from django.utils.translation import gettext_lazy as _

from core.api.fields import Input, MoneyField, MultiLineField


class ReasonInput(Input):
    """A reason, for transitions of staff."""

    reason = MultiLineField(max_length=2000)


class SplitInput(ReasonInput):
    """A reason, and the part of the price that goes to the payee."""

    worker_amount = MoneyField(
        min_value=0,
        help_text=_("The part of the price for the worker; the rest goes back."),
    )
