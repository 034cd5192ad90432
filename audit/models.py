"""Who on the staff did what, when and why. Rows are only ever added."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class AuditLogEntry(models.Model):
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="staff_acts"
    )
    action = models.CharField(max_length=50)
    reason = models.CharField(max_length=500, blank=True)
    subject_type = models.CharField(
        max_length=50, help_text="Such as tasks.taskrequest"
    )
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=200)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="act_subject"),
            models.Index(fields=["-created_at"], name="act_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.subject_label}"
