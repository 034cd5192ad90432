"""Exports of the data of a person."""

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy.querysets import ExportQuerySet


class Export(models.Model):
    """A zip archive with the data of one person, in the default storage."""

    class Status(models.TextChoices):
        """A failed one does not count towards the limit of one a day."""

        WAITING = "waiting", _("Waiting")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports"
    )
    status = models.CharField(
        max_length=10, choices=Status, default=Status.WAITING, editable=False
    )
    file = models.CharField(
        max_length=100, blank=True, help_text=_("The name in the storage.")
    )
    size = models.BigIntegerField(default=0, help_text=_("Bytes"))
    created_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(
        null=True, help_text=_("Then it is deleted with its file.")
    )

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="export_newest"),
            models.Index(fields=["expires_at"], name="export_age"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.created_at:%Y-%m-%d %H:%M}"

    def delete_file(self) -> None:
        """Delete the archive from the storage, if there is one."""
        if self.file:
            default_storage.delete(self.file)
