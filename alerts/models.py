"""Saved searches, and the items that each has reported."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alerts.querysets import SavedSearchQuerySet
from items.types import ITEM_TYPES

# Rows can be committed later than their `updated_at`: so far back is searched again.
OVERLAP = timedelta(minutes=5)


def item_type_choices() -> list[tuple[str, str | Promise]]:
    """Return the choices of item types, read when all apps are loaded."""
    return [(item_type.plural, item_type.label) for item_type in ITEM_TYPES.values()]


class SavedSearch(models.Model):
    """The query parameters of a list, run again for the person who saved them."""

    class Frequency(models.TextChoices):
        """How often a search runs."""

        INSTANT = "instant", _("At once")
        DAILY = "daily", _("Every morning")
        WEEKLY = "weekly", _("On Monday mornings")
        OFF = "off", _("Never")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="saved_searches",
        db_index=False,  # `saved_search_newest` begins with it
    )
    item_type = models.CharField(max_length=10, choices=item_type_choices)
    name = models.CharField(max_length=100)
    query = models.JSONField(help_text=_("The parameters of the list."))
    digest = models.CharField(max_length=64, editable=False)  # SHA-256 of `query`
    frequency = models.CharField(
        max_length=10, choices=Frequency, default=Frequency.DAILY
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    query_changed_at = models.DateTimeField(
        default=timezone.now,
        editable=False,
        help_text=_("Older items are not reported."),
    )
    watermark = models.DateTimeField(
        default=timezone.now,
        editable=False,
        help_text=_("Items up to here are reported."),
    )
    next_at = models.DateTimeField(null=True, editable=False)
    # Of an instant search that does not run by itself: new items are compared with its
    # index. Once its query has another digest, it runs again.
    waiting_digest = models.CharField(
        max_length=64, default="", db_default="", blank=True, editable=False
    )

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "saved searches"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "item_type", "digest"], name="saved_search_once"
            ),
            models.CheckConstraint(
                name="saved_search_has_next_run",
                condition=Q(frequency="off", next_at=None)
                | (~Q(frequency="off") & Q(next_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["user", "-created_at", "-id"], name="saved_search_newest"
            ),
            models.Index(
                fields=["next_at"],
                name="saved_search_due",
                condition=Q(next_at__isnull=False),
            ),
            models.Index(
                fields=["next_at"],
                name="saved_search_to_run",
                condition=Q(next_at__isnull=False) & ~Q(waiting_digest=F("digest")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_type} for {self.user_id}"

    @property
    def is_instant(self) -> bool:
        """Whether it reports new items at once."""
        return self.frequency == self.Frequency.INSTANT

    @property
    def shown_next_at(self) -> datetime | None:
        """When it runs next; new items are compared with an instant one each minute."""
        if self.next_at is None or not self.is_instant:
            return self.next_at
        minute = timezone.now().replace(second=0, microsecond=0) + timedelta(minutes=1)
        return max(self.next_at, minute)

    @property
    def since(self) -> datetime:
        """When the next run's search begins, with an overlap for late commits."""
        return max(self.query_changed_at, self.watermark - OVERLAP)


class Alerted(models.Model):
    """An item that a search has reported, so that it is not reported again."""

    search = models.ForeignKey(
        SavedSearch,
        on_delete=models.CASCADE,
        related_name="alerted",
        db_index=False,  # the unique constraint begins with it
    )
    item_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["search", "item_id"], name="alerted_once_per_item"
            ),
        ]
        indexes = [models.Index(fields=["item_id"], name="alerted_item")]

    def __str__(self) -> str:
        return f"{self.item_id} by {self.search_id}"


class IndexedSearch(models.Model):
    """What can be compared in SQL of an instant search; one row for each category.

    The place is a circle, as the numbers of `geo.circles` and its kind. Rows are never
    changed: another query has other rows.
    """

    search = models.ForeignKey(
        SavedSearch,
        on_delete=models.CASCADE,
        related_name="indexed",
        db_index=False,  # the unique constraint begins with it
        db_constraint=False,  # the code of before deletes searches without these
    )
    digest = models.CharField(max_length=64)  # of the query
    item_type = models.CharField(max_length=10)
    category = models.CharField(max_length=200, blank=True)  # empty: any
    min_price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    max_price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    is_planar = models.BooleanField(default=False)
    bounding_box = models.CharField(max_length=10, blank=True)  # empty: anywhere
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    south = models.FloatField(null=True)
    north = models.FloatField(null=True)
    west = models.FloatField(null=True)
    east = models.FloatField(null=True)
    cosine = models.FloatField(null=True)
    cosine_slope = models.FloatField(null=True)
    max_distance_key = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["search", "category"], name="search_indexed_once_per_category"
            ),
        ]
        indexes = [
            models.Index(
                fields=[
                    *("item_type", "category", "bounding_box", "is_planar"),
                    *("south", "north", "west", "east"),
                ],
                name="indexed_search_of_item",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category or 'any'} of {self.search_id}"


class Candidate(models.Model):
    """Items that a saved search may have to report, until it is decided."""

    search = models.ForeignKey(
        SavedSearch,
        on_delete=models.CASCADE,
        related_name="candidates",
        db_constraint=False,  # the code of before deletes searches without these
    )
    digest = models.CharField(max_length=64)  # of the query that was compared
    item_ids = models.JSONField()
    compared_at = models.DateTimeField()
    due_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.item_ids} for {self.search_id}"


class ItemCursor(models.Model):
    """How far the items of a type have been compared with the instant searches."""

    item_type = models.CharField(max_length=10, primary_key=True)
    compared_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.item_type} until {self.compared_until}"


class ComparedItem(models.Model):
    """An item, as it was when it was compared; kept as long as it is found again."""

    item_type = models.CharField(max_length=10)
    item_id = models.BigIntegerField()
    updated_at = models.DateTimeField()  # of the item

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item_type", "updated_at", "item_id"], name="compared_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} of {self.item_type}"
