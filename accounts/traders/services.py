"""Stores who sells as a trader, and what the law asks of them."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Trader, User
from core.exceptions import ValidationFailed

REQUIRED = ("name", "address", "registration_number", "email", "phone")


def save(user: User, *, seller_type: str, details: dict[str, Any] | None) -> None:
    """Set the `seller_type` of a locked user, and the given details of the business.

    `certified` is the commitment to offer only what complies with the law; its time is
    stored. Raises `ValidationFailed` (400) for a trader whose details are incomplete.
    """
    trader = Trader.objects.filter(user=user).first()
    if details is not None:
        trader = _changed(trader or Trader(user=user), details)
    if seller_type == User.SellerType.TRADER:
        _require_complete(trader)
    if details is not None and trader is not None and trader.certified_at:
        trader.save()
    user.seller_type = seller_type


def _changed(trader: Trader, details: dict[str, Any]) -> Trader:
    for name, value in details.items():
        if name != "certified":
            setattr(trader, name, value)
    if details.get("certified"):
        trader.certified_at = timezone.now()
    return trader


def _require_complete(trader: Trader | None) -> None:
    if trader is None or not all(getattr(trader, name) for name in REQUIRED):
        sentence = _(
            "A trader has to give a name, an address, a registration number, an e-mail "
            "address and a phone."
        )
        raise ValidationFailed(sentence, code="trader_incomplete", field="trader")
    if trader.certified_at is None:
        sentence = _("A trader has to commit to offer only what complies with the law.")
        raise ValidationFailed(sentence, code="trader_incomplete", field="trader")
