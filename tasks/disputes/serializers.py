"""Serializers of disputes."""

from datetime import datetime
from operator import itemgetter
from typing import Any, cast

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from core.api.output import Output
from messaging.links import signed_path
from tasks.disputes import examples, permissions, rules
from tasks.disputes.workflow import DISPUTE_WORKFLOW
from tasks.models import Dispute, DisputeOffer

ACTIONS = ("respond", "offer", "accept-offer")
OFFER_STATUSES = ("standing", "withdrawn", "accepted", "lapsed")
EVENTS = ("filed", "responded", "under_review", "offer", "escalated", "resolved")


class OfferSerializer(Output):
    """A proposal of one side to settle a dispute."""

    example = examples.OFFER
    optional = frozenset({"status"})  # by the other offers of the dispute
    id = serializers.IntegerField()
    made_by_id = serializers.IntegerField()
    worker_cents = serializers.IntegerField(
        help_text="What the worker gets of the price, in the minor unit."
    )
    status = serializers.ChoiceField(
        choices=OFFER_STATUSES, help_text="The newest one alone is `standing`."
    )
    created_at = serializers.DateTimeField()


class DisputeEventSerializer(serializers.Serializer):
    """One step of a dispute."""

    event = serializers.ChoiceField(choices=EVENTS)
    at = serializers.DateTimeField()
    by_id = serializers.IntegerField(
        allow_null=True, help_text="Null for staff and for the clock."
    )


class DisputeSerializer(Output):
    """A dispute, for its two sides and for staff.

    The URLs of the pictures are valid for five minutes.
    """

    example = examples.DISPUTE
    id = serializers.IntegerField()
    task_id = serializers.IntegerField()
    task_title = serializers.CharField(source="task.title")
    filed_by_id = serializers.IntegerField()
    filed_by_name = serializers.CharField(source="filed_by.public_name")
    filed_against_id = serializers.IntegerField()
    filed_against_name = serializers.CharField(source="filed_against.public_name")
    reason = serializers.ChoiceField(choices=Dispute.Reason.choices)
    reason_label = serializers.SerializerMethodField()
    description = serializers.CharField(allow_blank=True)
    evidence_images = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=Dispute.Status.choices)
    resolution = serializers.SerializerMethodField()
    resolution_notes = serializers.CharField(allow_blank=True)
    response_description = serializers.CharField(allow_blank=True)
    response_images = serializers.SerializerMethodField()
    responded_at = serializers.DateTimeField(allow_null=True)
    respond_by = serializers.DateTimeField(
        help_text="Then staff may decide without an answer."
    )
    is_escalated = serializers.SerializerMethodField()
    price_cents = serializers.SerializerMethodField()
    currency = serializers.CharField(source="task.currency")
    worker_cents = serializers.SerializerMethodField()
    offers = serializers.SerializerMethodField()
    timeline = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    actions = serializers.SerializerMethodField()

    def get_reason_label(self, dispute: Dispute) -> str:
        """The reason in the language of the reader."""
        return dispute.get_reason_display()

    @extend_schema_field(serializers.ListField(child=serializers.URLField()))
    def get_evidence_images(self, dispute: Dispute) -> list[str]:
        return self._pictures(dispute, is_response=False)

    @extend_schema_field(serializers.ListField(child=serializers.URLField()))
    def get_response_images(self, dispute: Dispute) -> list[str]:
        return self._pictures(dispute, is_response=True)

    def _pictures(self, dispute: Dispute, *, is_response: bool) -> list[str]:
        for_staff = not permissions.is_party(dispute, cast(User, self.viewer))
        return [
            cast(str, self.absolute(signed_path(one.upload, for_staff=for_staff)))
            for one in dispute.evidence.all()
            if one.is_response == is_response
        ]

    @extend_schema_field(
        serializers.ChoiceField(choices=Dispute.Resolution.choices, allow_null=True)
    )
    def get_resolution(self, dispute: Dispute) -> str | None:
        """How it ended; null before."""
        return dispute.resolution or None

    def get_is_escalated(self, dispute: Dispute) -> bool:
        """Whether staff were reminded that it takes too long."""
        return dispute.escalated_at is not None

    def get_price_cents(self, dispute: Dispute) -> int | None:
        """The agreed price in the minor unit; null without one, as are all amounts to
        staff who may not view payments."""
        return rules.price_cents(dispute.task) if self._sees_money(dispute) else None

    def get_worker_cents(self, dispute: Dispute) -> int | None:
        """What the worker got of the price, once resolved."""
        return dispute.worker_cents if self._sees_money(dispute) else None

    def _sees_money(self, dispute: Dispute) -> bool:
        return permissions.sees_money(dispute, cast(User, self.viewer))

    @extend_schema_field(OfferSerializer(many=True))
    def get_offers(self, dispute: Dispute) -> list[dict[str, Any]]:
        offers = list(dispute.offers.all()) if self._sees_money(dispute) else []
        newest = offers[-1] if offers else None
        rows = OfferSerializer(context=self.context).of_all(offers)
        return [
            row | {"status": _status_of(one, dispute, is_newest=one is newest)}
            for row, one in zip(rows, offers, strict=True)
        ]

    @extend_schema_field(DisputeEventSerializer(many=True))
    def get_timeline(self, dispute: Dispute) -> list[dict[str, Any]]:
        """What has happened, the first step first."""
        return timeline(dispute)

    @extend_schema_field(
        serializers.ListField(child=serializers.ChoiceField(choices=ACTIONS))
    )
    def get_actions(self, dispute: Dispute) -> list[str]:
        """What the reader may do now."""
        return actions_of(dispute, cast(User, self.viewer))


def _status_of(offer: DisputeOffer, dispute: Dispute, *, is_newest: bool) -> str:
    if offer.accepted_at:
        return "accepted"
    if not is_newest:
        return "withdrawn"
    return "lapsed" if dispute.is_resolved else "standing"


def timeline(dispute: Dispute) -> list[dict[str, Any]]:
    """Return the steps of a dispute, the first one first; its offers are loaded."""
    parties = (dispute.filed_by_id, dispute.filed_against_id)
    by = dispute.resolved_by_id if dispute.resolved_by_id in parties else None
    is_overdue = dispute.status != Dispute.Status.OPEN and dispute.responded_at is None
    steps: list[tuple[str, datetime | None, int | None]] = [
        ("filed", dispute.created_at, dispute.filed_by_id),
        ("responded", dispute.responded_at, dispute.filed_against_id),
        ("under_review", dispute.respond_by if is_overdue else None, None),
        *(("offer", one.created_at, one.made_by_id) for one in dispute.offers.all()),
        ("escalated", dispute.escalated_at, None),
        ("resolved", dispute.resolved_at, by),
    ]
    # An agreement before the time was over: nobody has reviewed it.
    end = dispute.resolved_at
    known = [
        (at, event, by_id)
        for event, at, by_id in steps
        if at is not None and (end is None or at <= end)
    ]
    return [
        {"event": event, "at": at, "by_id": by_id}
        for at, event, by_id in sorted(known, key=itemgetter(0))
    ]


def actions_of(dispute: Dispute, user: User) -> list[str]:
    """Return the names of what a party may do now."""
    if dispute.is_resolved or not permissions.is_party(dispute, user):
        return []
    names = DISPUTE_WORKFLOW.available_to(dispute, user)
    if dispute.responded_at is not None:
        names = []
    if rules.price_cents(dispute.task) is None:
        return names
    newest = max(dispute.offers.all(), key=lambda one: one.pk, default=None)
    is_offered = newest is not None and newest.made_by_id != user.pk
    return [*names, "offer", *(["accept-offer"] if is_offered else [])]
