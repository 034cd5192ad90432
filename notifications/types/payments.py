"""Notifications of payments and payouts."""

from django.utils.translation import gettext_lazy as _

from notifications.types.base import Group, NotificationType

SEE_PAYMENT = _("Open the payment")
SEE_PAYOUTS = _("Open your payout details")

PAYMENTS: dict[str, NotificationType] = {
    "payment_received": NotificationType(
        Group.PAYMENTS,
        _("Payment received: %(title)s"),
        _(
            "You paid %(amount)s for “%(title)s”. The money is held until you "
            "confirm the work."
        ),
        SEE_PAYMENT,
    ),
    "payment_held": NotificationType(
        Group.PAYMENTS,
        _("Paid: %(title)s"),
        _(
            "%(amount)s for “%(title)s” is held for you. You get %(net)s when the "
            "work is confirmed."
        ),
        SEE_PAYMENT,
    ),
    "payment_releasing": NotificationType(
        Group.PAYMENTS,
        _("Payment released: %(title)s"),
        _(
            "The payment for “%(title)s” is released. %(net)s is on its way to your "
            "account."
        ),
        SEE_PAYMENT,
    ),
    "payment_released": NotificationType(
        Group.PAYMENTS,
        _("Payment sent: %(title)s"),
        _(
            "%(net)s for “%(title)s” has reached your account. Your next payout "
            "takes it to your bank."
        ),
        SEE_PAYMENT,
    ),
    "payment_released_by_staff": NotificationType(
        Group.PAYMENTS,
        _("Payment released: %(title)s"),
        _(
            "Our staff released the payment of %(amount)s for “%(title)s” to the "
            "worker."
        ),
        SEE_PAYMENT,
    ),
    "payout_blocked": NotificationType(
        Group.PAYMENTS,
        _("Complete your payout details: %(title)s"),
        _(
            "%(net)s for “%(title)s” waits for you. Complete your payout details to "
            "receive it."
        ),
        SEE_PAYMENT,
    ),
    "payout_waits": NotificationType(
        Group.PAYMENTS,
        _("The payout waits: %(title)s"),
        _(
            "%(net)s for “%(title)s” waits for you until the restriction of your "
            "account ends."
        ),
        SEE_PAYMENT,
    ),
    "payment_refunding": NotificationType(
        Group.PAYMENTS,
        _("Refund on its way: %(title)s"),
        _(
            "%(back)s for “%(title)s” goes back to your card. This takes up to ten "
            "days."
        ),
        SEE_PAYMENT,
    ),
    "payment_refunded": NotificationType(
        Group.PAYMENTS,
        _("Refunded: %(title)s"),
        _("%(back)s for “%(title)s” was refunded to your card."),
        SEE_PAYMENT,
    ),
    "payment_refunded_by_staff": NotificationType(
        Group.PAYMENTS,
        _("Payment refunded: %(title)s"),
        _(
            "Our staff refunded the payment for “%(title)s” to the person who asked "
            "for help."
        ),
        SEE_PAYMENT,
    ),
    "payment_divided": NotificationType(
        Group.PAYMENTS,
        _("Payment divided: %(title)s"),
        _("The payment for “%(title)s” was divided. %(back)s goes back to your card."),
        SEE_PAYMENT,
    ),
    "payment_divided_worker": NotificationType(
        Group.PAYMENTS,
        _("Payment divided: %(title)s"),
        _("The payment for “%(title)s” was divided. You get %(net)s."),
        SEE_PAYMENT,
    ),
    "payment_frozen": NotificationType(
        Group.PAYMENTS,
        _("Payment frozen: %(title)s"),
        _("The payment for “%(title)s” is frozen until the dispute is decided."),
        SEE_PAYMENT,
    ),
    "payment_frozen_payer": NotificationType(
        Group.PAYMENTS,
        _("Payment frozen: %(title)s"),
        _("Your payment for “%(title)s” is frozen until the dispute is decided."),
        SEE_PAYMENT,
    ),
    "payment_recovering": NotificationType(
        Group.PAYMENTS,
        _("Payment contested: %(title)s"),
        _(
            "The payer’s bank contests the payment for “%(title)s”. %(net)s is taken "
            "back until the bank decides."
        ),
        SEE_PAYMENT,
    ),
    "payment_lost": NotificationType(
        Group.PAYMENTS,
        _("Payment taken back: %(title)s"),
        _("The payer’s bank took back the payment for “%(title)s”."),
        SEE_PAYMENT,
    ),
    "payouts_ready": NotificationType(
        Group.PAYMENTS,
        _("You can receive payments"),
        _("Your payout details are complete. Payments for your work now reach you."),
        SEE_PAYOUTS,
    ),
    "payouts_restricted": NotificationType(
        Group.PAYMENTS,
        _("Payouts are paused"),
        _(
            "Payments cannot reach you at the moment. Open your payout details to "
            "see what is missing."
        ),
        SEE_PAYOUTS,
    ),
    "payout_failed": NotificationType(
        Group.PAYMENTS,
        _("Payout failed"),
        _("Your bank refused a payout of %(amount)s. Check your bank details."),
        SEE_PAYOUTS,
    ),
}
