"""What staff have set, one row for each setting that differs from its default."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MarketSettings(models.Model):
    """All settings together: the row that a change locks, and counts."""

    ONLY_ID = 1

    version = models.PositiveIntegerField(
        _("version"),
        default=0,
        editable=False,
        help_text=_("Every change counts one more."),
    )
    changed_at = models.DateTimeField(
        _("changed at"), default=timezone.now, editable=False
    )

    class Meta:
        verbose_name = _("market settings")
        verbose_name_plural = _("market settings")
        constraints = [
            models.CheckConstraint(
                name="one_row_of_market_settings", condition=models.Q(id=1)
            )
        ]

    def __str__(self) -> str:
        return str(_("Market settings"))


class StoredSetting(models.Model):
    """The value of one setting, as JSON. Without a row the default applies."""

    name = models.CharField(_("setting"), max_length=60, unique=True)
    value = models.JSONField(_("value"))

    class Meta:
        verbose_name = _("stored setting")
        verbose_name_plural = _("stored settings")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
