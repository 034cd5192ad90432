"""Reports of things and people, the cases they gather in, and appeals."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import Decision, new_number
from moderation.categories import CHOICES
from moderation.querysets import AppealQuerySet, CaseQuerySet, ReportQuerySet

MAX_EXPLANATION = 2000


def new_report_number() -> str:
    """Return a number for a report that cannot be guessed."""
    return new_number("R")


def new_case_number() -> str:
    """Return a number for a case that cannot be guessed."""
    return new_number("C")


class Case(models.Model):
    """What staff decide on: all reports about one target, until it is closed."""

    class Status(models.TextChoices):
        """How far it is."""

        OPEN = "open", _("Open")
        ASSIGNED = "assigned", _("Somebody looks at it")
        DECIDED = "decided", _("Decided")
        APPEALED = "appealed", _("Appealed")
        CLOSED = "closed", _("Closed")

    number = models.CharField(max_length=20, unique=True, default=new_case_number)
    target_type = models.CharField(max_length=20)
    target_id = models.BigIntegerField()
    target_label = models.CharField(max_length=200)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="cases",
        help_text=_("Whose it is."),
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="assigned_cases",
    )
    version = models.PositiveIntegerField(
        default=1, help_text=_("Grows with every change: a decision names what it saw.")
    )
    severity = models.PositiveSmallIntegerField(default=1)
    standing = models.FloatField(
        default=0, help_text=_("Of the reporters with standing, together.")
    )
    reports_count = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(
        help_text=_("By severity, standing and reach: the queue is in this order.")
    )
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, related_name="cases"
    )
    is_detected_automatically = models.BooleanField(default=False)
    opened_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(
                fields=["target_type", "target_id"],
                name="one_open_case_per_target",
                condition=Q(status__in=("open", "assigned")),
            ),
            models.CheckConstraint(
                name="case_decided_with_decision",
                condition=Q(status__in=("open", "assigned", "closed"))
                | Q(decision__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="case_queue",
                condition=Q(status__in=("open", "assigned", "appealed")),
            ),
            models.Index(fields=["person", "-id"], name="case_person"),
            models.Index(fields=["target_type", "target_id"], name="case_target"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.status in (self.Status.OPEN, self.Status.ASSIGNED)


class CaseEvent(models.Model):
    """One entry of the history of a case."""

    case = models.ForeignKey(
        Case,
        on_delete=models.CASCADE,
        related_name="events",
        db_index=False,  # the index begins with it
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    name = models.CharField(max_length=30)
    old = models.CharField(max_length=10)
    new = models.CharField(max_length=10)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["case", "-id"], name="case_history")]

    def __str__(self) -> str:
        return f"{self.name}: {self.old} → {self.new}"


class Report(models.Model):
    """A notice by one person about one target: Article 16 of Regulation 2022/2065."""

    class Status(models.TextChoices):
        """What became of it."""

        OPEN = "open", _("Open")
        UPHELD = "upheld", _("Something was done")
        NOT_UPHELD = "not_upheld", _("Nothing was done")

    number = models.CharField(max_length=20, unique=True, default=new_report_number)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="reports",
        db_index=False,  # report_own begins with it
    )
    name = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=5, blank=True)
    category = models.CharField(max_length=30, choices=CHOICES)
    explanation = models.TextField(max_length=MAX_EXPLANATION)
    standing = models.FloatField(default=0)
    status = models.CharField(max_length=12, choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "reporter"],
                name="one_report_per_person_and_case",
                condition=Q(reporter__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["case", "email"],
                name="one_report_per_address_and_case",
                condition=~Q(email=""),
            ),
        ]
        indexes = [models.Index(fields=["reporter", "-id"], name="report_own")]

    def __str__(self) -> str:
        return self.number


class Appeal(models.Model):
    """A complaint about a decision, once for each side: Article 20."""

    class Status(models.TextChoices):
        """What became of it."""

        OPEN = "open", _("Open")
        REJECTED = "rejected", _("The decision stands")
        UPHELD = "upheld", _("The decision is overturned")

    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="appeals"
    )
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, related_name="appeals"
    )
    report = models.ForeignKey(
        Report,
        on_delete=models.PROTECT,
        null=True,
        related_name="appeals",
        help_text=_("Of a reporter; without it, of the person concerned."),
    )
    text = models.TextField(max_length=MAX_EXPLANATION)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    answer = models.TextField(max_length=MAX_EXPLANATION, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    is_same_decider = models.BooleanField(
        default=False, help_text=_("Whether who decided first decided again.")
    )
    resolution = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        constraints = [
            models.UniqueConstraint(
                fields=["decision"],
                name="one_appeal_of_the_person",
                condition=Q(report=None),
            ),
            models.UniqueConstraint(
                fields=["decision", "report"],
                name="one_appeal_per_report",
                condition=Q(report__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], name="appeal_queue", condition=Q(status="open")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.status}"


class Strike(models.Model):
    """A decision that counts against a person for a time."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="strikes"
    )
    decision = models.OneToOneField(
        Decision, on_delete=models.PROTECT, related_name="strike"
    )
    points = models.PositiveSmallIntegerField()
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("strike")
        verbose_name_plural = _("strikes")
        indexes = [models.Index(fields=["person", "expires_at"], name="strike_person")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.points}"
