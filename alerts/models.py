"""Saved searches, and the items that each has reported."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
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
        ]

    def __str__(self) -> str:
        return f"{self.item_type} for {self.user_id}"

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
