"""What traders have to say of themselves (Digital Services Act, article 30)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User


class Trader(models.Model):
    """The business of a user who sells as a trader. All of it is public."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="trader")
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300)
    registration_number = models.CharField(max_length=50)
    vat_number = models.CharField(max_length=20, blank=True)
    email = models.EmailField(max_length=254)
    phone = models.CharField(max_length=32)
    certified_at = models.DateTimeField(
        help_text=_(
            "When the trader committed to offer only what complies with the law."
        ),
    )

    class Meta:
        verbose_name = _("trader")
        verbose_name_plural = _("traders")

    def __str__(self) -> str:
        return self.name
