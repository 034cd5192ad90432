"""Filters of the lists of the admin that somebody has saved."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from core.admin.queries import MAX_QUERY_CHARS
from saved_filters.querysets import SavedFilterQuerySet

MAX_NAME_CHARS = 60


class SavedFilter(models.Model):
    """The search, the filters and the order of one list, under a name."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters"
    )
    model = models.CharField(max_length=100)  # such as listings.listing
    name = models.CharField(max_length=MAX_NAME_CHARS)
    query = models.CharField(max_length=MAX_QUERY_CHARS)
    is_shared = models.BooleanField(default=False)  # with everybody who sees the list
    created_at = models.DateTimeField(default=timezone.now)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        default_permissions = ()  # whoever sees a list saves filters of it
        permissions = [("share_savedfilter", "Can share saved filters")]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "model", "name"], name="saved_filter_name_once"
            )
        ]
        # Above each list: those of its model by name.
        indexes = [models.Index(fields=["model", "name"], name="saved_filter_of_list")]

    def __str__(self) -> str:
        return self.name
