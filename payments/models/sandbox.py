"""What the sandbox provider remembers."""

from django.db import models
from django.utils import timezone


class SandboxObject(models.Model):
    """One object of the sandbox: an intent, a transfer, a refund, an account …"""

    kind = models.CharField(max_length=20)
    object_id = models.CharField(max_length=100, unique=True)
    reference = models.CharField(max_length=32, blank=True, db_index=True)
    idempotency_key = models.CharField(max_length=150, null=True, unique=True)  # noqa: DJ001 - of several without one, none is a repetition
    data = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.object_id
