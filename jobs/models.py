"""The queue: one row for each thing that is to be done after a commit."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from jobs.querysets import JobQuerySet

LIVE = ("waiting", "running")


class Job(models.Model):
    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        DEAD = "dead", _("Dead")
        DISCARDED = "discarded", _("Discarded")

    name = models.CharField(max_length=100)
    kwargs = models.JSONField(default=dict, help_text=_("Emptied when it is done."))
    key = models.CharField(
        max_length=200,
        blank=True,
        help_text=_("Of jobs with the same key only the first is queued."),
    )
    status = models.CharField(
        max_length=10, choices=Status, default=Status.WAITING, editable=False
    )
    due_at = models.DateTimeField(
        null=True,
        db_default=Now(),
        help_text=_("When it may run; while it runs, when its worker counts as gone."),
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=80, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="job_due_while_it_lives",
                condition=Q(status__in=LIVE, due_at__isnull=False)
                | (~Q(status__in=LIVE) & Q(due_at=None)),
            ),
            models.UniqueConstraint(
                fields=["key"], name="job_key_once", condition=~Q(key="")
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="job_due",
                condition=Q(due_at__isnull=False),
            ),
            models.Index(fields=["status", "finished_at"], name="job_status"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"
