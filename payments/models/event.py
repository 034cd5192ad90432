"""The inbox: events of the provider, stored before anything follows from them."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ProviderEvent(models.Model):
    """One event as it arrived. Of several deliveries of one event, one is stored."""

    class State(models.TextChoices):
        """A parked event has failed ten times, and waits for staff."""

        NEW = "new", _("New")
        DONE = "done", _("Done")
        PARKED = "parked", _("Parked")

    provider = models.CharField(max_length=20)
    endpoint = models.CharField(max_length=20, help_text=_("Where it arrived."))
    event_id = models.CharField(max_length=150)
    type = models.CharField(max_length=100)
    account = models.CharField(max_length=100, blank=True)
    object_id = models.CharField(max_length=150, blank=True, db_index=True)
    payload = models.JSONField()
    state = models.CharField(
        max_length=10, choices=State, default=State.NEW, editable=False
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    occurred_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("event of the provider")
        verbose_name_plural = _("events of the provider")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "event_id"], name="provider_event_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], name="provider_event_open", condition=Q(state="new")
            ),
            models.Index(fields=["received_at"], name="provider_event_age"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
