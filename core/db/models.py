"""Abstract models without a domain."""

from django.db import models
from django.utils import timezone

from core.db.prepared import PreparedSaves as PreparedSaves  # for the apps

MAX_PRICE = 9_999_999  # of any currency; the columns hold eight digits before the point


class Timestamped(PreparedSaves):
    """When a row was created, and when it was last saved."""

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
