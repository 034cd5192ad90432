"""Why money is not moved."""

from django.utils.translation import gettext as _

from core.exceptions import DomainError, WrongStatus


class AlreadyPaid(DomainError):
    """There is a payment for this already (409)."""

    code = "already_paid"

    def __init__(self) -> None:
        super().__init__(_("This has been paid already."))


class PayeeNotReady(DomainError):
    """The payee has no account that money can be sent to (409)."""

    code = "payee_not_ready"

    def __init__(self) -> None:
        super().__init__(
            _("This person cannot receive payments yet: they have not set up payouts.")
        )


class PaymentDisputed(DomainError):
    """The payer's bank has disputed the payment: nothing moves meanwhile (409)."""

    code = "payment_disputed"

    def __init__(self) -> None:
        super().__init__(
            _(
                "The payer's bank is reviewing this payment. Until then it stays as "
                "it is."
            )
        )


class PaymentsOff(DomainError):
    """No payments are made here: `PAYMENT_PROVIDER` is off (409)."""

    code = "payments_off"

    def __init__(self) -> None:
        super().__init__(
            _("Payments are not switched on here. Agree on cash, or pay each other.")
        )


class PaymentProcessing(WrongStatus):
    """Nothing is held now: it was not paid, or is on its way (409)."""

    def __init__(self) -> None:
        super().__init__(_("No money is held now: none was paid, or it is on its way."))


class SecondApproverNeeded(DomainError):
    """It moves so much money that another member of staff has to approve it (409)."""

    code = "second_approver_needed"

    def __init__(self) -> None:
        super().__init__(
            _("Another member of staff must approve this. The request waits for them.")
        )


class OtherRequestWaits(SecondApproverNeeded):
    """Another decision about the payment waits: this one is not stored (409)."""

    def __init__(self) -> None:
        DomainError.__init__(
            self,
            _(
                "Another decision about this payment waits for approval. Yours was not "
                "stored."
            ),
        )


class Mismatch(Exception):
    """What the provider says does not fit our record. Nothing is booked from it."""
