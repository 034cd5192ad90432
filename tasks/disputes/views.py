"""The viewset of disputes."""

from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema, extend_schema_view, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from accounts import reauthentication
from accounts.authentication import SignedInRequest
from core.api.pagination import PersonalPages
from core.api.schema import error_codes, write_schema
from core.api.transitions import with_transitions
from core.api.viewsets import ApiViewSet, PersonalList
from tasks.disputes import deciding, examples, services
from tasks.disputes.filters import DisputeFilter
from tasks.disputes.inputs import DisputeInput, OfferInput, ResolveInput
from tasks.disputes.serializers import DisputeSerializer
from tasks.disputes.workflow import DISPUTE_WORKFLOW
from tasks.models import Dispute
from tasks.settlements import require_sees_price

ID = r"[0-9]{1,18}"
DISPUTE = write_schema("dispute", DisputeSerializer)
REASONS = inline_serializer(
    "DisputeReasons",
    {
        "reasons": inline_serializer(
            "DisputeReasonLabel",
            {
                "value": serializers.ChoiceField(choices=Dispute.Reason.choices),
                "label": serializers.CharField(),
            },
            many=True,
        )
    },
)
FILED = inline_serializer(
    "DisputeFiled",
    {
        "message": serializers.CharField(),
        "dispute": DisputeSerializer(),
        "support_email": serializers.EmailField(),
    },
)
MONEY_CODES = ["payment_disputed", "price_missing"]


@extend_schema_view(
    list=extend_schema(
        operation_id="disputes_listDisputes",
        summary="List the caller's disputes",
        description="Filed by the caller and against the caller, the newest first.",
    )
)
@with_transitions(DISPUTE_WORKFLOW)
class DisputeViewSet(PersonalList, ApiViewSet):
    """Disputes: for their two sides, and for staff who may view them."""

    queryset = Dispute.objects.for_display().newest_first()
    serializer_class = DisputeSerializer
    filterset_class = DisputeFilter
    pagination_class = PersonalPages
    list_key = "disputes"
    object_key = "dispute"
    reads_by_role = True
    input_serializers = {
        "create": DisputeInput,
        "resolve": ResolveInput,
        "offer": OfferInput,
    }
    examples = examples.EXAMPLES

    def rows_for(self, reader: Any) -> QuerySet[Dispute]:
        if self.action == "list":  # one's own: also for staff
            return self.queryset.all().of(reader)
        return super().rows_for(reader)

    @extend_schema(
        operation_id="disputes_getDispute",
        summary="Get a dispute",
        description="For its two sides.",
    )
    def retrieve(self, request: SignedInRequest, pk: str) -> Response:
        """Answer with the dispute."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(
        operation_id="disputes_fileDispute",
        summary="Create a dispute about a task",
        description="For the creator once the work has begun, and for the worker once "
        "the task is assigned; both until seven days after the completion. The payment "
        "is frozen until the dispute is resolved, unless it was released before.",
        responses={201: FILED},
        extensions=error_codes(s409=["already_disputed"]),
    )
    def create(self, request: SignedInRequest) -> Response:
        dispute = services.file(actor=request.user, **self.validated_input())
        return self.write_response(
            gettext_lazy("The dispute is filed. The other side may answer now."),
            dispute,
            status=201,
            support_email=support_email(),
        )

    @extend_schema(
        operation_id="disputes_listReasons",
        summary="List the reasons of disputes",
        responses=REASONS,
    )
    @action(detail=False, pagination_class=None, filterset_class=None)
    def reasons(self, request: SignedInRequest) -> Response:
        """With labels in the language of the caller."""
        shown = [
            {"value": value, "label": str(label)}
            for value, label in Dispute.Reason.choices
        ]
        return Response({"reasons": shown})

    @extend_schema(
        operation_id="disputes_getTaskDispute",
        summary="Get the dispute of a task",
        description="The last one, for its two sides.",
        responses=DisputeSerializer,
    )
    @action(
        detail=False,
        url_path=rf"task/(?P<task_id>{ID})",
        pagination_class=None,
        filterset_class=None,
    )
    def of_task(self, request: SignedInRequest, task_id: str) -> Response:
        """Get the dispute of a task."""
        mine = self.queryset.all().of(request.user)
        dispute = get_object_or_404(mine.filter(task=int(task_id))[:1])
        return Response(self.get_serializer(dispute).data)

    @extend_schema(
        operation_id="disputes_resolveDispute",
        summary="Resolve a dispute",
        description="For staff who are no party of it, once both sides have spoken or "
        "the time to answer is over. Much money needs a second member of staff.",
        responses=DISPUTE,
        extensions=error_codes(
            s403=["confirmation_required"],
            s409=[*MONEY_CODES, "other_side_not_heard", "second_approver_needed"],
        ),
    )
    @action(detail=True, methods=["put"])
    def resolve(self, request: SignedInRequest, pk: str) -> Response:
        """The money moves as it does by a decision in the admin."""
        dispute = self.get_object()
        deciding.check_may_resolve(dispute, request.user)  # 403 comes before 400
        if settings.STAFF_SECOND_FACTOR:  # as for the admin
            reauthentication.require_recent(request, by_factor=True)
        given = self.validated_input()
        if given.get("worker_cents") is not None:
            require_sees_price(request.user)
        dispute = deciding.resolve(
            dispute,
            actor=request.user,
            resolution=given["resolution"],
            reason=given["resolution_notes"],
            worker_cents=given.get("worker_cents"),
        )
        return self.write_response(_("The dispute is resolved."), dispute)

    @extend_schema(
        operation_id="disputes_makeOffer",
        summary="Create an offer to settle a dispute",
        description="For its two sides. It withdraws every earlier offer.",
        responses={201: DISPUTE},
        extensions=error_codes(s409=MONEY_CODES),
    )
    @action(detail=True, methods=["post"], url_path="offers")
    def offer(self, request: SignedInRequest, pk: str) -> Response:
        """The other side may accept it: that resolves the dispute without staff."""
        dispute = self.get_object()
        deciding.check_is_party(dispute, request.user)  # 403 comes before 400
        deciding.offer(dispute, actor=request.user, **self.validated_input())
        return self.write_response(_("Your offer is made."), dispute, status=201)

    @extend_schema(
        operation_id="disputes_acceptOffer",
        summary="Accept an offer",
        description="The newest one, of the other side.",
        request=None,
        responses=DISPUTE,
        extensions=error_codes(s409=MONEY_CODES),
    )
    @action(
        detail=True,
        methods=["post"],
        url_path=rf"offers/(?P<offer_id>{ID})/accept",
    )
    def accept_offer(
        self, request: SignedInRequest, pk: str, offer_id: str
    ) -> Response:
        """The money moves as both agree, and the dispute is resolved."""
        dispute = deciding.accept(self.get_object(), int(offer_id), actor=request.user)
        return self.write_response(_("You agree. The dispute is resolved."), dispute)


def support_email() -> str:
    """Return the address to which people write about a dispute."""
    return settings.SUPPORT_EMAIL or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
