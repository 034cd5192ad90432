"""The ledger: journals of entries that add up to zero, and never change.

Triggers of the database, on PostgreSQL and on SQLite, refuse to seal a journal that is
empty or does not balance, to add an entry to a sealed one, and to change or delete
either. PostgreSQL also refuses to commit a journal that is not sealed.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.db.models import PreparedSaves
from payments.models.payment import Payment


class Account(models.TextChoices):
    """Where money is, whose it is, or what it became. Debits are positive."""

    PROVIDER_BALANCE = "provider_balance", _("Balance at the provider")
    HELD = "held", _("Held for a payment")
    PAYABLE = "payable", _("Payable to a payee")
    REFUND_DUE = "refund_due", _("To be refunded to a payer")
    FEE_REVENUE = "fee_revenue", _("Commission")
    PROVIDER_FEES = "provider_fees", _("Fees of the provider")
    DISPUTE_PENDING = "dispute_pending", _("Withdrawn by a bank, not decided")
    RECOVERABLE = "recoverable", _("To be recovered from a payee")
    CHARGEBACK_LOSS = "chargeback_loss", _("Lost to chargebacks")
    SUSPENSE = "suspense", _("Not explained yet")
    BANK = "bank", _("Bank account of the platform")


class Journal(PreparedSaves):
    """One event in money: entries that add up to zero. `key` names the event."""

    kind = models.CharField(max_length=30)
    key = models.CharField(
        max_length=150, unique=True, help_text=_("The event is written once.")
    )
    currency = models.CharField(max_length=3)
    payment = models.ForeignKey(
        Payment, null=True, on_delete=models.PROTECT, related_name="journals"
    )
    provider_object = models.CharField(
        max_length=100, blank=True, db_index=True, help_text=_("The proof: its id.")
    )
    created_at = models.DateTimeField(default=timezone.now)
    sealed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("journal")
        verbose_name_plural = _("journals")
        indexes = [
            models.Index(fields=["created_at"], name="journal_period"),
            models.Index(
                fields=["id"], name="journal_unsealed", condition=Q(sealed_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Entry(models.Model):
    """One line of a journal. Debits are positive, credits negative, in minor units."""

    journal = models.ForeignKey(
        Journal, on_delete=models.PROTECT, related_name="entries"
    )
    account = models.CharField(max_length=20, choices=Account)
    payment = models.ForeignKey(
        Payment, null=True, on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    amount_cents = models.BigIntegerField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.CheckConstraint(name="entry_not_zero", condition=~Q(amount_cents=0)),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount_cents}"


class Balance(models.Model):
    """The sum of the entries of one account for one payment or one person.

    There is none for an account that all payments share: every one of them would wait
    for its row.
    """

    account = models.CharField(max_length=20, choices=Account)
    payment = models.ForeignKey(
        Payment, null=True, on_delete=models.PROTECT, related_name="balances"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    currency = models.CharField(max_length=3)
    amount_cents = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "payment", "currency"],
                name="one_balance_per_payment",
                condition=Q(person=None),
            ),
            models.UniqueConstraint(
                fields=["account", "person", "currency"],
                name="one_balance_per_person",
                condition=Q(payment=None),
            ),
            models.CheckConstraint(
                name="balance_of_one",
                condition=Q(payment=None, person__isnull=False)
                | Q(payment__isnull=False, person=None),
            ),
            # I3: what is held is a credit; it is never overdrawn.
            models.CheckConstraint(
                name="held_not_overdrawn",
                condition=~Q(account__in=("held", "refund_due"))
                | Q(amount_cents__lte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount_cents}"
