"""What staff did, and what they decided: append-only.

The audit log says which member of staff did what, when and why. A decision says what is
restricted of one person or one thing of theirs, and on which ground.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

MAX_FACTS = 5000
# Without letters and digits that are taken for each other.
NUMBER_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


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


def new_number(prefix: str = "D") -> str:
    """Return a number that cannot be guessed: `D-7K3M-PQ2X-94TN` for a decision."""
    parts = (get_random_string(4, NUMBER_ALPHABET) for _part in range(3))
    return "-".join([prefix, *parts])


class Decision(models.Model):
    """One decision about exactly one target. It never changes: triggers refuse it.

    Undoing it is a new decision, which points to it. A row that is hidden, removed or
    suspended points to the decision that did it, which the database requires.

    Its fields are those of a statement of reasons: Regulation (EU) 2022/2065 (Digital
    Services Act), Article 17(3).
    """

    class Outcome(models.TextChoices):
        """What was decided."""

        NO_ACTION = "no_action", _("No action")
        LABEL = "label", _("Labelled")
        HIDE = "hide", _("Hidden")
        REMOVE = "remove", _("Removed")
        RESTRICT = "restrict", _("Restricted")
        WARN = "warn", _("Warned")
        SUSPEND = "suspend", _("Suspended")
        BAN = "ban", _("Banned")
        RESTORE = "restore", _("Restored")

    class Ground(models.TextChoices):
        """Why: Article 17(3)(d) and (e)."""

        TERMS = "terms", _("Against our terms")
        ILLEGAL = "illegal", _("Illegal")

    class Source(models.TextChoices):
        """How it came to be looked at: Article 17(3)(b)."""

        NOTICE = "notice", _("A report")
        OWN_INITIATIVE = "own_initiative", _("Our own initiative")

    class Scope(models.TextChoices):
        """What a restriction of a person takes away: interaction, money, service."""

        POSTING = "posting", _("Posting items, applications and reviews")
        MESSAGES = "messages", _("Messages")
        PAYOUTS = "payouts", _("Payouts")
        SERVICE = "service", _("All but reading, and ending what has begun")

    class Label(models.TextChoices):
        """What a labelled item says to everybody."""

        DISPUTED_PRICE = "disputed_price", _("Disputed price")
        UNVERIFIED_CLAIM = "unverified_claim", _("Unverified claim")
        MISLEADING_PICTURE = "misleading_picture", _("The picture shows something else")

    number = models.CharField(
        _("number"), max_length=20, unique=True, default=new_number
    )
    target_type = models.CharField(
        _("type"), max_length=50, help_text="Such as tasks.taskrequest"
    )
    target_id = models.BigIntegerField(
        _("id of the target"),
    )
    target_label = models.CharField(_("about"), max_length=200)
    target_created_at = models.DateTimeField(_("target created"), null=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.PROTECT,
        related_name="decisions",
        help_text=_("Whom it concerns."),
    )
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome)
    ground = models.CharField(
        _("ground"), max_length=20, choices=Ground, default=Ground.TERMS
    )
    basis = models.CharField(
        _("law or clause"),
        max_length=300,
        blank=True,
        help_text=_("The law, or the clause of our terms."),
    )
    category = models.CharField(_("category"), max_length=60, blank=True)
    facts = models.TextField(
        _("reasons"),
        max_length=MAX_FACTS,
        blank=True,
        help_text=_("Shown to the person."),
    )
    note = models.TextField(
        _("internal note"),
        max_length=MAX_FACTS,
        blank=True,
        help_text=_("For staff alone."),
    )
    until = models.DateTimeField(
        _("until"), null=True, help_text=_("Without it, for good.")
    )
    restricts = models.CharField(
        _("restricted"),
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text="Values of Scope, separated by spaces.",
    )
    label = models.CharField(
        _("label"), max_length=20, choices=Label, blank=True, default="", db_default=""
    )
    batch = models.CharField(
        _("batch"),
        max_length=20,
        blank=True,
        default="",
        db_default="",
        help_text=_("Of decisions that were made at once, and are undone as one."),
    )
    source = models.CharField(
        _("source"), max_length=20, choices=Source, default=Source.OWN_INITIATIVE
    )
    detected_automatically = models.BooleanField(
        _("found automatically"), default=False
    )
    decided_automatically = models.BooleanField(
        _("decided automatically"), default=False
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Who decided; empty for an automated decision."),
    )
    undoes = models.OneToOneField(
        "self",
        verbose_name=_("undoes"),
        on_delete=models.PROTECT,
        null=True,
        related_name="undone_by",
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="decision_by_staff_or_automated",
                condition=Q(actor=None, decided_automatically=True)
                | Q(actor__isnull=False, decided_automatically=False),
            ),
            models.CheckConstraint(
                name="decision_with_reasons",
                condition=Q(outcome__in=("no_action", "restore")) | ~Q(facts=""),
            ),
            models.CheckConstraint(
                name="decision_restores_another",
                condition=Q(outcome="restore", undoes__isnull=False)
                | (~Q(outcome="restore") & Q(undoes=None)),
            ),
            models.CheckConstraint(
                name="decision_says_what_it_restricts",
                condition=(Q(outcome="restrict") & ~Q(restricts=""))
                | (~Q(outcome="restrict") & Q(restricts="")),
            ),
            models.CheckConstraint(
                name="decision_says_its_label",
                condition=(Q(outcome="label") & ~Q(label=""))
                | (~Q(outcome="label") & Q(label="")),
            ),
        ]
        indexes = [
            models.Index(fields=["target_type", "target_id"], name="decision_target"),
            models.Index(fields=["person", "-id"], name="decision_person"),
            models.Index(fields=["-created_at", "-id"], name="decision_newest"),
            models.Index(
                fields=["batch"], name="decision_batch", condition=~Q(batch="")
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def scopes(self) -> list[str]:
        """What it takes away from the person: values of `Scope`."""
        return self.restricts.split()

    @property
    def scope_labels(self) -> list[str]:
        """The same in words."""
        return [str(self.Scope(scope).label) for scope in self.scopes]
