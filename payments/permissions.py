"""Predicates (payment, user)."""

from accounts.models import User
from core.workflow import is_staff
from payments.models import Payment


def is_decided(payment: Payment, user: User | None) -> bool:
    """Return True: the app of the subject has decided who may, in the same transaction.

    Of rows that neither the API nor the admin offers.
    """
    return True


def sees_prices(user: User) -> bool:
    """Return whether staff see agreed prices, parts and offers: no moderator does."""
    return user.has_perm("payments.view_payment")


def is_party(payment: Payment, user: User | None) -> bool:
    """Return whether `user` is the payer or the payee."""
    return user is not None and user.pk in (payment.payer_id, payment.payee_id)


def is_impartial_staff(payment: Payment, user: User | None) -> bool:
    """Return whether `user` is staff and not a party of the payment."""
    return is_staff(payment, user) and not is_party(payment, user)
