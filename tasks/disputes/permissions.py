"""Predicates (dispute, user)."""

from accounts.models import User
from core.workflow import is_staff
from payments.permissions import sees_prices
from tasks.models import Dispute


def is_party(dispute: Dispute, user: User | None) -> bool:
    """Return whether the dispute was filed by or against `user`."""
    return user is not None and user.pk in (
        dispute.filed_by_id,
        dispute.filed_against_id,
    )


def is_other_side(dispute: Dispute, user: User | None) -> bool:
    """Return whether the dispute was filed against `user`."""
    return user is not None and user.pk == dispute.filed_against_id


def is_impartial_staff(dispute: Dispute, user: User | None) -> bool:
    """Return whether `user` is staff and not a party."""
    return is_staff(dispute, user) and not is_party(dispute, user)


def sees_money(dispute: Dispute, user: User) -> bool:
    """Return whether `user` sees the price, offers and parts."""
    return is_party(dispute, user) or sees_prices(user)


def is_decided(dispute: Dispute, user: User | None) -> bool:
    """Return True: who ends the dispute was checked by the decision about its task.

    Of a row that neither the API nor the admin offers.
    """
    return True
