"""The audit log: which member of staff did what, when and why. Append-only."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AuditLogEntry(models.Model):
    """One action of staff on one object, with the values before and after it."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="audit_log_entries",
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
        verbose_name = _("audit log entry")
        verbose_name_plural = _("audit log entries")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="audit_subject"),
            models.Index(fields=["-created_at"], name="audit_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.subject_label}"
