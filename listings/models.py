"""Classifieds: something for sale."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.db.models import MAX_PRICE
from items.models import Item, decided, item_indexes, labelled
from listings.querysets import ListingQuerySet


def expiry() -> datetime:
    """Return when a listing that is posted or renewed now is archived."""
    return timezone.now() + timedelta(days=settings.LISTING_DAYS)


class Listing(Item):
    """A listing: something for sale."""

    owner_field = "seller"

    class Status(models.TextChoices):
        """The statuses of the listing workflow."""

        ACTIVE = "active", _("Active")
        PENDING = "pending", _("Reserved")
        SOLD = "sold", _("Sold")
        ARCHIVED = "archived", _("Archived")
        DELETED = "deleted", _("Deleted")

    class Condition(models.TextChoices):
        """How used the thing for sale is."""

        NEW = "new", _("New")
        LIKE_NEW = "like_new", _("Like new")
        USED = "used", _("Used")
        REFURBISHED = "refurbished", _("Refurbished")

    seller = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="listings",
        db_index=False,  # `listing_seller` begins with it
    )
    title = models.CharField(max_length=100)
    description = models.TextField(max_length=2000)
    subcategory = models.CharField(max_length=50, blank=True)
    price = models.DecimalField(max_digits=10, decimal_places=2)
    is_negotiable = models.BooleanField(default=False)
    condition = models.CharField(max_length=12, choices=Condition, blank=True)
    listing_type = models.CharField(max_length=20, default="sale", editable=False)
    contact_info = models.CharField(max_length=200, blank=True)
    tags = models.CharField(max_length=1000, blank=True, help_text=_("With commas."))
    is_featured = models.BooleanField(default=False)
    views_count = models.PositiveIntegerField(default=0, editable=False)
    status = models.CharField(
        max_length=10, choices=Status, default=Status.ACTIVE, editable=False
    )
    expires_at = models.DateTimeField(default=expiry)

    objects = ListingQuerySet.as_manager()

    class Meta(Item.Meta):
        constraints = [
            *Item.Meta.constraints,
            decided("listing"),
            labelled("listing"),
            models.CheckConstraint(
                name="listing_price_sane", condition=Q(price__range=(0, MAX_PRICE))
            ),
        ]
        indexes = [
            *item_indexes("listing", owner="seller", price="price"),
            models.Index(
                fields=["seller", "-created_at", "-id"], name="listing_seller"
            ),
            models.Index(
                fields=["-id"], name="listing_featured", condition=Q(is_featured=True)
            ),
            models.Index(
                fields=["expires_at"],
                name="listing_due",
                condition=Q(status__in=("active", "pending")),
            ),
        ]
