"""Serializers of reports, decisions and appeals."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from audit.models import Decision
from core.api.fields import IdField, MultiLineField
from core.api.list_fields import BoundedListField
from core.api.output import Output
from core.exceptions import ValidationFailed
from moderation import appeals, targets
from moderation.categories import CATEGORIES, CHOICES
from moderation.models import MAX_EXPLANATION, Report

MIN_EXPLANATION = 20
MAX_PICTURES = 10  # of one appeal
TYPES = [(name, each.label) for name, each in targets.TARGET_TYPES.items()]


class ReportInput(serializers.Serializer):
    """A report, of one's own account or with a name and an e-mail address."""

    target_type = serializers.ChoiceField(TYPES, required=False)
    target_id = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1
    )
    url = serializers.CharField(
        required=False, max_length=500, help_text="Instead: of the page."
    )
    category = serializers.ChoiceField(CHOICES)
    explanation = MultiLineField(min_length=MIN_EXPLANATION, max_length=MAX_EXPLANATION)
    good_faith = serializers.BooleanField(
        help_text="Article 16(2)(d): what is said is believed to be true and complete."
    )
    name = serializers.CharField(required=False, max_length=100)
    email = serializers.EmailField(required=False, max_length=254)

    def validate_good_faith(self, value: bool) -> bool:
        """Refuse a report that is not made in good faith."""
        if not value:
            raise serializers.ValidationError(
                _("Confirm that you believe what you say to be true.")
            )
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the fields with `target_type` and `target_id`."""
        url = attrs.pop("url", "")
        if attrs.get("target_type") and attrs.get("target_id"):
            return attrs
        found = targets.from_url(url) if url else None
        if found is None:
            raise ValidationFailed(
                _("Give target_type and target_id, or the address of a page here."),
                field="target_id",
            )
        return attrs | {"target_type": found[0], "target_id": found[1]}


def require_name(data: dict[str, Any]) -> None:
    """Raise `ValidationFailed` (400) if an outsider has given no name or address.

    Article 16(2)(c): reports of child abuse need none.
    """
    if not CATEGORIES[data["category"]].needs_name:
        return
    for field in ("name", "email"):
        if not data.get(field, "").strip():
            raise ValidationFailed(
                _("Sign in, or give your name and e-mail."), field=field
            )


class AppealInput(serializers.Serializer):
    """Why a decision is wrong."""

    text = MultiLineField(min_length=MIN_EXPLANATION, max_length=MAX_EXPLANATION)
    upload_ids = BoundedListField(
        child=IdField(),
        required=False,
        max_length=MAX_PICTURES,
        help_text="Private pictures, uploaded at `/api/messages/attachments`.",
    )


class DecisionSerializer(Output):
    """A statement of reasons: Article 17."""

    number = serializers.CharField()
    outcome = serializers.ChoiceField(Decision.Outcome.choices)
    outcome_label = serializers.CharField()
    target = serializers.DictField()
    ground = serializers.ChoiceField(Decision.Ground.choices)
    ground_label = serializers.CharField()
    basis = serializers.CharField(allow_blank=True)
    facts = serializers.CharField(allow_blank=True)
    until = serializers.DateTimeField(allow_null=True)
    restricts = serializers.ListField(
        child=serializers.ChoiceField(Decision.Scope.choices)
    )
    restricts_labels = serializers.ListField(child=serializers.CharField())
    item_label = serializers.ChoiceField(Decision.Label.choices, allow_blank=True)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        Decision.Source.choices
    )
    detected_automatically = serializers.BooleanField()
    decided_automatically = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    is_undone = serializers.BooleanField()
    appeal = serializers.DictField(allow_null=True)
    appeal_until = serializers.DateTimeField()
    can_appeal = serializers.BooleanField()
    redress = serializers.ListField(child=serializers.CharField())

    def to_representation(self, instance: Decision) -> dict[str, Any]:
        """Return the statement."""
        kind = targets.of_model(instance.target_type)
        own = [each for each in instance.appeals.all() if each.report_id is None]
        return {
            "number": instance.number,
            "outcome": instance.outcome,
            "outcome_label": instance.get_outcome_display(),
            "target": {
                "type": kind.name,
                "id": instance.target_id,
                "title": instance.target_label,
            },
            "ground": instance.ground,
            "ground_label": instance.get_ground_display(),
            "basis": instance.basis,
            "facts": instance.facts,
            "until": instance.until,
            "restricts": instance.scopes,
            "restricts_labels": instance.scope_labels,
            "item_label": instance.label,
            "source": instance.source,
            "detected_automatically": instance.detected_automatically,
            "decided_automatically": instance.decided_automatically,
            "created_at": instance.created_at,
            "is_undone": hasattr(instance, "undone_by"),
            "appeal": appeal_of(own[0]) if own else None,
            "appeal_until": appeals.deadline(instance),
            "can_appeal": appeals.can_appeal(instance),
            "redress": redress(),
        }


def redress() -> list[str]:
    """Return in words what can be done against a decision: Article 17(3)(f)."""
    return [
        _("Appeal here within six months; another person decides."),
        _("Turn to a certified out-of-court dispute settlement body."),
        _("Go to court."),
    ]


def appeal_of(appeal: Any) -> dict[str, Any]:
    """Return an appeal as its author reads it."""
    return {
        "status": appeal.status,
        "text": appeal.text,
        "answer": appeal.answer,
        "created_at": appeal.created_at,
        "decided_at": appeal.decided_at,
    }


class ReportSerializer(Output):
    """One's own report."""

    number = serializers.CharField()
    status = serializers.ChoiceField(Report.Status.choices)
    status_label = serializers.CharField()
    target = serializers.DictField()
    category = serializers.ChoiceField(CHOICES)
    category_label = serializers.CharField()
    explanation = serializers.CharField()
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    appeal = serializers.DictField(allow_null=True)

    def to_representation(self, instance: Report) -> dict[str, Any]:
        """Return the report, without what was decided about the person."""
        case = instance.case
        own = list(instance.appeals.all())
        return {
            "number": instance.number,
            "status": instance.status,
            "status_label": instance.get_status_display(),
            "target": {
                "type": case.target_type,
                "id": case.target_id,
                "title": case.target_label,
            },
            "category": instance.category,
            "category_label": instance.get_category_display(),
            "explanation": instance.explanation,
            "created_at": instance.created_at,
            "decided_at": instance.decided_at,
            "appeal": appeal_of(own[-1]) if own else None,
        }
