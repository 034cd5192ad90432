"""The account of a payee at the provider."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.db.models import Timestamped


class PayoutAccount(Timestamped):
    """Where a payee is paid. Its status is what the provider says, and nothing else."""

    class Status(models.TextChoices):
        """Transfers need an active account."""

        PENDING = "pending", _("Being checked")
        ACTIVE = "active", _("Active")
        RESTRICTED = "restricted", _("Restricted")
        REJECTED = "rejected", _("Rejected")
        UNSUPPORTED = "unsupported", _("Not supported")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="payout_account",
    )
    provider = models.CharField(max_length=20)
    account_id = models.CharField(max_length=100, unique=True)
    country = models.CharField(max_length=2)
    entity_type = models.CharField(max_length=20)
    status = models.CharField(
        max_length=20, choices=Status, default=Status.PENDING, editable=False
    )
    requirements = models.JSONField(
        default=list, help_text=_("What the provider still asks for: its codes.")
    )
    is_held = models.BooleanField(
        default=False,
        editable=False,
        help_text=_("Staff hold the releases to this person."),
    )
    next_payout_on = models.DateField(null=True)
    checked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("payout account")
        verbose_name_plural = _("payout accounts")

    def __str__(self) -> str:
        return self.account_id

    @property
    def is_payable(self) -> bool:
        """Whether money can be transferred to it now."""
        return self.status == self.Status.ACTIVE and not self.is_held
