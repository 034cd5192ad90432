"""Answers to requests that carried an `Idempotency-Key`."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class StoredAnswer(models.Model):
    """The answer to one key of one caller.

    The key itself is not stored: `key_digest` finds the row, and the key encrypts the
    body, which can hold tokens.
    """

    key_digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField(help_text=_("Encrypted with the key."))
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("stored answer")
        verbose_name_plural = _("stored answers")
        indexes = [models.Index(fields=["created_at"], name="idempotency_oldest")]

    def __str__(self) -> str:
        return f"{self.status} of {self.key_digest[:8]}"
