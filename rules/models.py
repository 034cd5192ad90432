"""Settings of rules, what they have found, and what they compare with."""

import math

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.db.models import Timestamped
from rules.base import Outcome


class RuleSetting(models.Model):
    """How one rule is set. A row exists for each rule, made after each migration."""

    name = models.CharField(max_length=40, unique=True, editable=False)
    enabled = models.BooleanField(default=False)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.FLAG)
    parameters = models.JSONField(
        default=dict, blank=True, help_text=_("Those that differ from the defaults.")
    )
    failures = models.PositiveIntegerField(default=0, editable=False)
    failed_at = models.DateTimeField(null=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RuleHit(models.Model):
    """That a rule has found something in a post, without the words of the post."""

    rule = models.CharField(max_length=40)
    outcome = models.CharField(max_length=10, choices=Outcome)
    target_type = models.CharField(max_length=20)  # "listing", "message" …
    # None: it was refused, and there is no row.
    target_id = models.BigIntegerField(null=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
    )
    detail = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("hit of a rule")
        verbose_name_plural = _("hits of rules")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["rule", "-created_at"], name="rule_hit_of_rule"),
            models.Index(fields=["created_at"], name="rule_hit_age"),
            models.Index(fields=["target_type", "target_id"], name="rule_hit_target"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.target_type} {self.target_id}"


class Fingerprint(models.Model):
    """What is kept of a text or a picture to find it again: hashes, no words."""

    target_type = models.CharField(max_length=20)  # as of `RuleHit`, or "upload"
    target_id = models.BigIntegerField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    digest = models.CharField(max_length=64)  # SHA-256, hexadecimal
    band1 = models.PositiveIntegerField()
    band2 = models.PositiveIntegerField()
    band3 = models.PositiveIntegerField()
    band4 = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("fingerprint")
        verbose_name_plural = _("fingerprints")
        # The date is in each index: of a band that a million texts share, only the
        # newest rows are read.
        indexes = [
            *(
                models.Index(fields=[name, "-created_at"], name=f"fingerprint_{name}")
                for name in ("band1", "band2", "band3", "band4")
            ),
            models.Index(
                fields=["target_type", "target_id"], name="fingerprint_target"
            ),
            models.Index(fields=["created_at"], name="fingerprint_age"),
        ]

    def __str__(self) -> str:
        return f"{self.target_type} {self.target_id}"

    @property
    def bands(self) -> tuple[int, int, int, int]:
        """The four bands, the lowest bits first."""
        return self.band1, self.band2, self.band3, self.band4


class PriceLevel(Timestamped):
    """What the open items of a category cost, by the logarithms of their prices."""

    item_type = models.CharField(max_length=20)
    category = models.CharField(max_length=50)
    currency = models.CharField(max_length=3)
    price_type = models.CharField(max_length=10, blank=True)  # of offerings
    count = models.PositiveIntegerField()
    median = models.FloatField(help_text=_("The natural logarithm of a price."))
    deviation = models.FloatField(
        help_text=_("The median of the distances from it (MAD).")
    )

    class Meta:
        verbose_name = _("price level")
        verbose_name_plural = _("price levels")
        constraints = [
            models.UniqueConstraint(
                fields=["item_type", "category", "currency", "price_type"],
                name="one_price_level_per_category",
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_type}: {self.category}"

    @property
    def price(self) -> float:
        """The median as a price."""
        return math.exp(self.median)
