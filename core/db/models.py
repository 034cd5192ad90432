"""Abstract models without a domain. No tables of their own."""

from django.db import models
from django.utils import timezone

LARGEST_PRICE = 9_999_999


class Timestamped(models.Model):
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
