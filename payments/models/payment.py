"""A held payment: one payer, one payee, and what it is for."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import encryption
from core.db.models import PreparedSaves, Timestamped
from payments.money import to_text
from payments.querysets import PaymentQuerySet


def new_reference() -> str:
    """Return a name for a payment that nobody can guess: the provider's metadata."""
    return f"pay_{secrets.token_hex(12)}"


class Payment(Timestamped):
    """Money of a payer, held until it is released to the payee or refunded.

    Amounts are integers in the minor unit of `currency`. What it is for is a reference
    and no foreign key: `subject_type` and `subject_id` are of an app above this one.
    """

    class Status(models.TextChoices):
        """The statuses of the payment workflow."""

        PENDING = "pending", _("Waiting for the payment")
        HELD = "held", _("Held")
        FROZEN = "frozen", _("Frozen")
        RELEASING = "releasing", _("Being released")
        RELEASED = "released", _("Released")
        REFUNDING = "refunding", _("Being refunded")
        REFUNDED = "refunded", _("Refunded")
        PARTLY_REFUNDED = "partly_refunded", _("Partly refunded")
        PAYOUT_BLOCKED = "payout_blocked", _("Release blocked")
        EXPIRED = "expired", _("Not paid")
        RECOVERING = "recovering", _("Being recovered")
        RECOVERED = "recovered", _("Recovered")
        LOST = "lost", _("Taken back by the bank")

    # Set by a decision for whose transfer the payee has no account now.
    waits_for_account = False

    reference = models.CharField(max_length=32, unique=True, default=new_reference)
    subject_type = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    subject_title = models.CharField(max_length=200)
    payer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="payments_made",
        db_index=False,  # `payment_payer` begins with it
    )
    payee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="payments_received",
        db_index=False,  # `payment_payee` begins with it
    )
    status = models.CharField(
        max_length=20, choices=Status, default=Status.PENDING, editable=False
    )
    currency = models.CharField(max_length=3)
    price_cents = models.BigIntegerField(help_text=_("What the payer pays."))
    fee_cents = models.BigIntegerField(
        help_text=_("The commission in it, if all of it goes to the payee.")
    )
    # By which the commission of a part of the price is computed. None: of the time
    # when the environment alone set them.
    fee_bps = models.DecimalField(
        _("fee in basis points"),
        max_digits=12,
        decimal_places=6,
        null=True,
        editable=False,
        help_text=_("When the deal was agreed."),
    )
    fee_min_cents = models.BigIntegerField(
        _("smallest fee"),
        null=True,
        editable=False,
        help_text=_("When the deal was agreed."),
    )
    # What was decided: the parts of the price that go to each side.
    to_payee_cents = models.BigIntegerField(default=0, editable=False)
    commission_cents = models.BigIntegerField(default=0, editable=False)
    to_payer_cents = models.BigIntegerField(default=0, editable=False)
    # What the provider has done, added up.
    charged_cents = models.BigIntegerField(default=0, editable=False)
    transferred_cents = models.BigIntegerField(default=0, editable=False)
    reversed_cents = models.BigIntegerField(default=0, editable=False)
    refunded_cents = models.BigIntegerField(default=0, editable=False)
    provider = models.CharField(max_length=20)
    intent_id = models.CharField(max_length=100, blank=True)
    charge_id = models.CharField(max_length=100, blank=True)
    client_secret = models.TextField(
        blank=True, help_text=_("Encrypted. With it the payer pays.")
    )
    is_disputed = models.BooleanField(
        default=False,
        editable=False,
        help_text=_("The two sides do not agree; staff decide."),
    )
    dispute_id = models.CharField(
        max_length=100, blank=True, help_text=_("Of the payer's bank.")
    )
    dispute_status = models.CharField(max_length=30, blank=True)
    dispute_seen_at = models.DateTimeField(
        null=True, editable=False, help_text=_("When the provider said so.")
    )
    problem = models.CharField(
        max_length=40,
        blank=True,
        editable=False,
        help_text=_("Why it needs a decision of staff."),
    )
    problem_at = models.DateTimeField(null=True, editable=False)
    held_at = models.DateTimeField(null=True)
    auto_release_at = models.DateTimeField(
        null=True, help_text=_("When it is released without an answer of the payer.")
    )
    expires_at = models.DateTimeField(help_text=_("Not paid by then, it expires."))
    ended_at = models.DateTimeField(null=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            # Of two requests at once, the second finds the payment of the first.
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                name="one_live_payment_per_subject",
                condition=Q(
                    status__in=(
                        *("pending", "held", "frozen", "releasing"),
                        *("payout_blocked", "released"),
                    )
                ),
            ),
            models.UniqueConstraint(
                fields=["provider", "intent_id"],
                name="payment_of_intent",
                condition=~Q(intent_id=""),
            ),
            models.CheckConstraint(
                name="payment_fee_within_price",
                condition=Q(
                    price_cents__gt=0, fee_cents__gte=0, fee_cents__lte=F("price_cents")
                ),
            ),
            models.CheckConstraint(
                name="payment_parts_within_price",
                condition=Q(
                    to_payee_cents__gte=0,
                    commission_cents__gte=0,
                    to_payer_cents__gte=0,
                )
                & Q(
                    price_cents__gte=F("to_payee_cents")
                    + F("commission_cents")
                    + F("to_payer_cents")
                ),
            ),
            # E11: never more to the payee and back to the payer than was charged.
            models.CheckConstraint(
                name="payment_not_paid_twice",
                condition=Q(
                    transferred_cents__lte=F("charged_cents")
                    - F("refunded_cents")
                    + F("reversed_cents")
                ),
            ),
            models.CheckConstraint(
                name="payment_parties_differ", condition=~Q(payer=F("payee"))
            ),
        ]
        indexes = [
            models.Index(fields=["payer", "-id"], name="payment_payer"),
            models.Index(fields=["payee", "-id"], name="payment_payee"),
            models.Index(
                fields=["subject_type", "subject_id", "-id"], name="payment_subject"
            ),
            models.Index(
                fields=["expires_at"],
                name="payment_unpaid",
                condition=Q(status="pending"),
            ),
            models.Index(
                fields=["held_at"],
                name="payment_held",
                condition=Q(status__in=("held", "frozen")),
            ),
            models.Index(fields=["status", "updated_at"], name="payment_status"),
            models.Index(
                fields=["problem_at"],
                name="payment_problem",
                condition=~Q(problem=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {to_text(self.price_cents, self.currency)}"

    @property
    def processing(self) -> bool:
        """Whether the provider has not done yet what was decided."""
        return self.status in (
            self.Status.RELEASING,
            self.Status.REFUNDING,
            self.Status.RECOVERING,
        )

    @property
    def net_cents(self) -> int:
        """What the payee gets, if all of the price goes there."""
        return self.price_cents - self.fee_cents

    @property
    def shown_fee_cents(self) -> int:
        """The commission of what the payee gets, once decided; before, of all of it."""
        is_decided = bool(self.to_payee_cents or self.to_payer_cents)
        return self.commission_cents if is_decided else self.fee_cents

    @property
    def is_over(self) -> bool:
        """Whether the money has gone to where it stays, unless the bank intervenes."""
        return self.status in (
            self.Status.RELEASED,
            self.Status.REFUNDED,
            self.Status.PARTLY_REFUNDED,
            self.Status.EXPIRED,
            self.Status.RECOVERED,
            self.Status.LOST,
        )


encryption.register(Payment, "client_secret")


class PaymentEvent(PreparedSaves):
    """The history of a payment: one row for each transition, never changed."""

    payment = models.ForeignKey(
        Payment,
        on_delete=models.PROTECT,
        related_name="events",
        db_index=False,  # `payment_history` begins with it
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Empty: the scheduler or the provider."),
    )
    name = models.CharField(max_length=30)
    old = models.CharField(max_length=20)
    new = models.CharField(max_length=20)
    reason = models.CharField(max_length=2000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["payment", "-id"], name="payment_history")]

    def __str__(self) -> str:
        return f"{self.name}: {self.old} → {self.new}"
