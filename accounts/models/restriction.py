"""What a person may not do for a time, or for good."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.querysets import RestrictionQuerySet
from audit.models import Decision


class Restriction(models.Model):
    """One thing that a decision takes away from a person. It is deleted at its end.

    The database refuses it without the decision, whose `until` it repeats.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="restrictions",
        db_index=False,  # restriction_of_person begins with it
        verbose_name=_("user"),
    )
    scope = models.CharField(_("restricted"), max_length=10, choices=Decision.Scope)
    decision = models.ForeignKey(
        Decision,
        on_delete=models.PROTECT,
        related_name="restrictions",
        db_index=False,  # one_restriction_per_decision begins with it
        verbose_name=_("decision"),
    )
    until = models.DateTimeField(_("until"), null=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("restriction")
        verbose_name_plural = _("restrictions")
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "scope"], name="one_restriction_per_decision"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "scope"], name="restriction_of_person"),
            models.Index(
                fields=["until"],
                name="restriction_end",
                condition=Q(until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.scope}"
