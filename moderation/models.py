"""Reports of things and people, the cases they gather in, and appeals."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import MAX_FACTS, Decision, new_number
from core.db.models import Timestamped
from core.languages import in_language
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

    number = models.CharField(
        _("number"), max_length=20, unique=True, default=new_case_number
    )
    target_type = models.CharField(_("type"), max_length=20)
    target_id = models.BigIntegerField(
        _("id of the target"),
    )
    target_label = models.CharField(_("about"), max_length=200)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.PROTECT,
        related_name="cases",
        help_text=_("Whose it is."),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.OPEN
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("looked at by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="assigned_cases",
    )
    version = models.PositiveIntegerField(
        _("version"),
        default=1,
        help_text=_("Grows with every change: a decision names what it saw."),
    )
    severity = models.PositiveSmallIntegerField(_("severity"), default=1)
    standing = models.FloatField(
        _("standing of the reporters"),
        default=0,
        help_text=_("Of the reporters with standing, together."),
    )
    reports_count = models.PositiveIntegerField(_("reports"), default=0)
    due_at = models.DateTimeField(
        _("due"),
        help_text=_("By severity, standing and reach: the queue is in this order."),
    )
    decision = models.ForeignKey(
        Decision,
        verbose_name=_("decision"),
        on_delete=models.PROTECT,
        null=True,
        related_name="cases",
    )
    is_detected_automatically = models.BooleanField(
        _("found automatically"), default=False
    )
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True)

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


class CaseSnapshot(models.Model):
    """What a target said when it was reported: a row for each different text."""

    case = models.ForeignKey(
        Case,
        on_delete=models.CASCADE,
        related_name="snapshots",
        db_index=False,  # the constraint begins with it
    )
    digest = models.CharField(max_length=64)  # SHA-256 of the text, hexadecimal
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    class Meta:
        verbose_name = _("text when it was reported")
        verbose_name_plural = _("texts when it was reported")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "digest"], name="one_snapshot_per_case_and_text"
            ),
        ]
        indexes = [models.Index(fields=["digest"], name="snapshot_digest")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.digest[:8]}"


class CaseEvent(models.Model):
    """One entry of the history of a case."""

    case = models.ForeignKey(
        Case,
        verbose_name=_("case"),
        on_delete=models.CASCADE,
        related_name="events",
        db_index=False,  # the index begins with it
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    name = models.CharField(_("name"), max_length=30)
    old = models.CharField(_("before"), max_length=10)
    new = models.CharField(_("after"), max_length=10)
    note = models.CharField(_("internal note"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

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

    number = models.CharField(
        _("number"), max_length=20, unique=True, default=new_report_number
    )
    case = models.ForeignKey(
        Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="reports"
    )
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reporter"),
        on_delete=models.PROTECT,
        null=True,
        related_name="reports",
        db_index=False,  # report_own begins with it
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=5, blank=True)
    category = models.CharField(_("category"), max_length=30, choices=CHOICES)
    explanation = models.TextField(_("explanation"), max_length=MAX_EXPLANATION)
    standing = models.FloatField(_("standing of the reporters"), default=0)
    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.OPEN
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True)

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
        ]
        indexes = [
            models.Index(fields=["reporter", "-id"], name="report_own"),
            models.Index(fields=["created_at"], name="report_day"),  # for figures
            # Receipts are counted by it, and old addresses are deleted.
            models.Index(
                fields=["email", "-created_at"],
                name="report_outsider",
                condition=~Q(email=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Appeal(models.Model):
    """A complaint about a decision, once for each side: Article 20."""

    class Status(models.TextChoices):
        """What became of it."""

        OPEN = "open", _("Open")
        REJECTED = "rejected", _("The decision stands")
        UPHELD = "upheld", _("The decision is overturned")
        CLOSED = "closed", _("The decision was undone before")

    decision = models.ForeignKey(
        Decision,
        verbose_name=_("decision"),
        on_delete=models.PROTECT,
        related_name="appeals",
    )
    case = models.ForeignKey(
        Case,
        verbose_name=_("case"),
        on_delete=models.PROTECT,
        null=True,
        related_name="appeals",
    )
    report = models.ForeignKey(
        Report,
        verbose_name=_("report"),
        on_delete=models.PROTECT,
        null=True,
        related_name="appeals",
        help_text=_("Of a reporter; without it, of the person concerned."),
    )
    text = models.TextField(_("text"), max_length=MAX_EXPLANATION)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.OPEN
    )
    answer = models.TextField(_("answer"), max_length=MAX_EXPLANATION, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    is_same_decider = models.BooleanField(
        _("decided by the same person"),
        default=False,
        help_text=_("Whether who decided first decided again."),
    )
    resolution = models.ForeignKey(
        Decision,
        verbose_name=_("undone by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True)

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


class AppealPicture(models.Model):
    """A private picture that who appeals shows."""

    appeal = models.ForeignKey(
        Appeal, on_delete=models.CASCADE, related_name="pictures"
    )
    upload = models.OneToOneField(
        "uploads.Upload", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.appeal_id}: {self.upload_id}"


class ReasonTemplate(Timestamped):
    """A text for the person of a decision, which staff begin with and may change."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    category = models.CharField(
        _("category"), max_length=30, choices=CHOICES, blank=True
    )
    ground = models.CharField(
        _("ground"),
        max_length=20,
        choices=Decision.Ground,
        default=Decision.Ground.TERMS,
    )
    basis = models.CharField(_("law or clause"), max_length=300, blank=True)
    text_en = models.TextField(_("text in English"), max_length=MAX_FACTS)
    text_lv = models.TextField(_("text in Latvian"), max_length=MAX_FACTS)
    text_ru = models.TextField(_("text in Russian"), max_length=MAX_FACTS)
    is_offered = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("text of reasons")
        verbose_name_plural = _("texts of reasons")
        ordering = ["category", "name"]

    def __str__(self) -> str:
        return self.name

    def text_in(self, language: str | None) -> str:
        """Return the text in a language, or as `core.languages` falls back."""
        texts = {
            code: getattr(self, f"text_{code}") for code, _name in settings.LANGUAGES
        }
        return in_language(texts, language) or ""


class Strike(models.Model):
    """A decision that counts against a person for a time."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.PROTECT,
        related_name="strikes",
    )
    decision = models.OneToOneField(
        Decision,
        verbose_name=_("decision"),
        on_delete=models.PROTECT,
        related_name="strike",
    )
    points = models.PositiveSmallIntegerField(
        _("points"),
    )
    expires_at = models.DateTimeField(
        _("counts until"),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    class Meta:
        verbose_name = _("strike")
        verbose_name_plural = _("strikes")
        indexes = [models.Index(fields=["person", "expires_at"], name="strike_person")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.points}"
