"""The job queue: one row per background job, written in the transaction it follows."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from jobs.querysets import JobQuerySet

UNFINISHED = ("waiting", "running")


class Job(models.Model):
    """A call of a registered job with its arguments, and what became of it."""

    class Status(models.TextChoices):
        """A dead job has failed for good and waits for a decision of staff."""

        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        DEAD = "dead", _("Dead")
        DISCARDED = "discarded", _("Discarded")

    name = models.CharField(max_length=100)
    kwargs = models.JSONField(
        default=dict, help_text=_("The arguments; emptied when the job is done.")
    )
    key = models.CharField(
        max_length=200,
        blank=True,
        help_text=_("Of several jobs with the same key only the first is queued."),
    )
    status = models.CharField(
        max_length=10, choices=Status, default=Status.WAITING, editable=False
    )
    due_at = models.DateTimeField(
        null=True,
        db_default=Now(),
        help_text=_("When it may run; while it runs, when its lease expires."),
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
            # A finished job with a `due_at` would run again.
            models.CheckConstraint(
                name="job_due_at_while_unfinished",
                condition=Q(status__in=UNFINISHED, due_at__isnull=False)
                | (~Q(status__in=UNFINISHED) & Q(due_at=None)),
            ),
            # Without a key, a job may be queued any number of times.
            models.UniqueConstraint(
                fields=["key"], name="job_key_once", condition=~Q(key="")
            ),
        ]
        indexes = [
            # Polled by every worker: partial, so that finished jobs do not slow it.
            models.Index(
                fields=["due_at", "id"],
                name="job_due",
                condition=Q(due_at__isnull=False),
            ),
            # The counts of `worker --status`, and the deletion of finished jobs.
            models.Index(fields=["status", "finished_at"], name="job_status"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"


class SuppressedAddress(models.Model):
    """An address that refused an e-mail for good: none is sent to it any more."""

    class Reason(models.TextChoices):
        """Why e-mails to it have stopped."""

        BOUNCE = "bounce", _("E-mails bounce")
        COMPLAINT = "complaint", _("Reported as spam")

    class Status(models.TextChoices):
        """Staff lift an entry; another bounce or complaint makes it active again."""

        ACTIVE = "active", _("Active")
        LIFTED = "lifted", _("Lifted")

    address = models.CharField(max_length=320, unique=True)
    reason = models.CharField(max_length=10, choices=Reason)
    detail = models.TextField(
        blank=True, help_text=_("What the mail server or the provider said.")
    )
    status = models.CharField(
        max_length=10, choices=Status, default=Status.ACTIVE, editable=False
    )
    reports = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())
    last_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        indexes = [models.Index(fields=["status"], name="suppressed_status")]

    def __str__(self) -> str:
        return self.address
