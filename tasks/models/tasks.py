"""Quick help: a task, the applications for it, and its history."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.db.models import MAX_PRICE, PreparedSaves, Timestamped
from items.models import Item, decided, item_indexes, labelled
from tasks.querysets import ApplicationQuerySet, TaskQuerySet


class TaskRequest(Item):
    """A task: someone needs help, and others apply for it."""

    price_field = "budget"
    accepted_application: "TaskApplication"  # set by the transition that accepts it
    rejected_applicants: Sequence[User] = ()  # by that transition, to be notified

    class Status(models.TextChoices):
        """The statuses of the task workflow."""

        OPEN = "open", _("Open")
        ASSIGNED = "assigned", _("Assigned")
        IN_PROGRESS = "in_progress", _("In progress")
        PENDING_CONFIRMATION = "pending_confirmation", _("Waiting for confirmation")
        COMPLETED = "completed", _("Completed")
        DISPUTED = "disputed", _("Disputed")
        CANCELLED = "cancelled", _("Cancelled")

    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="created_tasks",
        db_index=False,  # `task_creator` begins with it
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="assigned_tasks",
        db_index=False,  # `task_worker` begins with it
        null=True,
        editable=False,
    )
    budget = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    deadline = models.DateTimeField(null=True, blank=True)
    priority = models.CharField(max_length=20, default="normal", blank=True)
    is_urgent = models.BooleanField(default=False)
    required_skills = models.CharField(max_length=1000, blank=True)
    radius = models.FloatField(default=25, help_text=_("In km"))
    status = models.CharField(
        max_length=20, choices=Status, default=Status.OPEN, editable=False
    )
    applications_count = models.PositiveIntegerField(default=0, editable=False)
    dispute_reason = models.CharField(max_length=2000, blank=True, editable=False)
    marked_done_at = models.DateTimeField(null=True, editable=False)
    completed_at = models.DateTimeField(null=True, editable=False)
    payment_required = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("The work begins once the money is held."),
    )
    agreed_price = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        null=True,
        editable=False,
        help_text=_("Of the accepted application; fixed by the acceptance."),
    )
    agreed_fee_bps = models.DecimalField(
        _("agreed fee in basis points"),
        max_digits=12,
        decimal_places=6,
        null=True,
        editable=False,
        help_text=_("Fixed by the acceptance, as the price."),
    )
    agreed_fee_min_cents = models.BigIntegerField(
        _("agreed smallest fee"),
        null=True,
        editable=False,
        help_text=_("Fixed by the acceptance, as the price."),
    )
    assigned_at = models.DateTimeField(null=True, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta(Item.Meta):
        constraints = [
            *Item.Meta.constraints,
            decided("task"),
            labelled("task"),
            models.CheckConstraint(
                name="task_has_point", condition=Q(latitude__isnull=False)
            ),
            models.CheckConstraint(
                name="task_budget_sane",
                condition=Q(budget=None) | Q(budget__range=(0, MAX_PRICE)),
            ),
            models.CheckConstraint(
                name="task_agreed_price_sane",
                condition=Q(agreed_price=None) | Q(agreed_price__range=(0, MAX_PRICE)),
            ),
            models.CheckConstraint(
                name="task_worker_fits_status",
                condition=Q(status="open", assigned_to=None)
                | Q(status="cancelled")
                | (~Q(status__in=("open", "cancelled")) & Q(assigned_to__isnull=False)),
            ),
            models.CheckConstraint(
                name="task_worker_is_not_creator",
                condition=Q(assigned_to=None) | ~Q(assigned_to=F("creator")),
            ),
        ]
        indexes = [
            *item_indexes("task", owner="creator", price="budget"),
            models.Index(
                fields=["completed_at"],
                include=["category", "public_latitude", "public_longitude"],
                name="task_completed_day",  # for figures
                condition=Q(completed_at__isnull=False),
            ),
            models.Index(fields=["creator", "-created_at", "-id"], name="task_creator"),
            models.Index(
                fields=["assigned_to", "-created_at", "-id"], name="task_worker"
            ),
            models.Index(
                fields=["marked_done_at"],
                name="task_unconfirmed",
                condition=Q(status="pending_confirmation"),
            ),
            models.Index(
                fields=["assigned_at"],
                name="task_unpaid",
                condition=Q(status="assigned", payment_required=True),
            ),
        ]

    @property
    def ends_at(self) -> datetime:
        """When the task expires, if it is still open."""
        return self.deadline or self.created_at + timedelta(days=settings.TASK_DAYS)

    @property
    def is_over(self) -> bool:
        """Whether no transition leaves the status."""
        return self.status in (self.Status.COMPLETED, self.Status.CANCELLED)


class TaskApplication(Timestamped):
    """An offer of one person to do a task."""

    class Status(models.TextChoices):
        """The statuses of the application workflow."""

        PENDING = "pending", _("Pending")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    task = models.ForeignKey(
        TaskRequest,
        on_delete=models.CASCADE,
        related_name="applications",
        db_index=False,  # `application_task` begins with it
    )
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="applications",
        db_index=False,  # `application_person` begins with it
    )
    message = models.TextField(max_length=2000, blank=True)
    price = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        null=True,
        help_text=_("What the applicant asks for; the budget at that time, by default"),
    )
    status = models.CharField(
        max_length=10, choices=Status, default=Status.PENDING, editable=False
    )
    passed_over = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text=_("Rejected because another application was accepted."),
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "applicant"],
                name="one_application_per_person",
                condition=~Q(status="withdrawn"),
            ),
            models.UniqueConstraint(
                fields=["task"],
                name="one_accepted_application",
                condition=Q(status="accepted"),
            ),
            models.CheckConstraint(
                name="application_price_sane",
                condition=Q(price=None) | Q(price__range=(0, MAX_PRICE)),
            ),
        ]
        indexes = [
            models.Index(  # for figures
                fields=["created_at", "applicant"], name="application_day"
            ),
            models.Index(
                fields=["task", "-created_at", "-id"], name="application_task"
            ),
            models.Index(
                fields=["applicant", "-created_at", "-id"], name="application_person"
            ),
        ]

    @property
    def is_whole(self) -> bool:
        """Whether the applicant and the task are loaded, as answers show them."""
        return {"applicant", "task"} <= self._state.fields_cache.keys()

    def __str__(self) -> str:
        return f"{self.applicant_id} for task {self.task_id}"

    @property
    def asked_price(self) -> Decimal | None:
        """The price of the application, else the budget; None without either.

        The task is loaded with it.
        """
        return self.task.budget if self.price is None else self.price


class TaskEvent(PreparedSaves):
    """The history of a task: one row for each transition, never changed."""

    task = models.ForeignKey(
        TaskRequest,
        on_delete=models.CASCADE,
        related_name="events",
        db_index=False,  # `task_history` begins with it
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Empty: the scheduler."),
    )
    name = models.CharField(max_length=30)
    old = models.CharField(max_length=20)
    new = models.CharField(max_length=20)
    reason = models.CharField(max_length=2000, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["task", "-id"], name="task_history")]

    def __str__(self) -> str:
        return f"{self.name}: {self.old} → {self.new}"
