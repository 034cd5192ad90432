"""Services that people offer."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.db.models import MAX_PRICE
from items.models import Item, decided, item_indexes, labelled
from offerings.querysets import OfferingQuerySet


class Offering(Item):
    """An offering: a service that a person offers."""

    class Status(models.TextChoices):
        """The statuses of the offering workflow."""

        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        CLOSED = "closed", _("Closed")
        DELETED = "deleted", _("Deleted")

    class PriceType(models.TextChoices):
        """What the price is for."""

        HOURLY = "hourly", _("By the hour")
        FIXED = "fixed", _("Fixed")
        NEGOTIABLE = "negotiable", _("Negotiable")

    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="offerings",
        db_index=False,  # `offering_creator` begins with it
    )
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    price_type = models.CharField(
        max_length=10, choices=PriceType, default=PriceType.HOURLY
    )
    availability = models.CharField(max_length=500, blank=True)
    experience = models.CharField(max_length=2000, blank=True)
    service_radius = models.FloatField(default=25, help_text=_("In km"))
    contact_count = models.PositiveIntegerField(default=0, editable=False)
    status = models.CharField(
        max_length=10, choices=Status, default=Status.ACTIVE, editable=False
    )

    objects = OfferingQuerySet.as_manager()

    class Meta(Item.Meta):
        constraints = [
            *Item.Meta.constraints,
            decided("offering"),
            labelled("offering"),
            models.CheckConstraint(
                name="offering_has_point", condition=Q(latitude__isnull=False)
            ),
            models.CheckConstraint(
                name="offering_price_sane",
                condition=Q(price=None) | Q(price__range=(0, MAX_PRICE)),
            ),
        ]
        indexes = [
            *item_indexes("offering", owner="creator", price="price"),
            models.Index(
                fields=["creator", "-created_at", "-id"], name="offering_creator"
            ),
        ]
