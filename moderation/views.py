"""Viewsets of reports and decisions."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from audit.models import Decision
from core.api.pagination import PersonalPages
from core.api.schema import error_codes
from core.api.viewsets import ApiViewSet, PersonalList
from moderation import appeals, examples, links, reports
from moderation.categories import grouped
from moderation.models import Report
from moderation.querysets import ReportQuerySet, decisions_about
from moderation.reports import Outsider
from moderation.serializers import (
    AppealInput,
    DecisionSerializer,
    ReportInput,
    ReportSerializer,
    require_name,
)
from moderation.transparency import figures

TOKEN = OpenApiParameter(
    "token", str, description="Of a signed link, for who is not signed in."
)
NUMBER = r"[DR](?:-[0-9A-Z]{4}){3}"
CATEGORIES = inline_serializer(
    "ReportCategories",
    {"groups": serializers.ListField(child=serializers.DictField())},
)
FIGURES = inline_serializer(
    "TransparencyFigures",
    {
        "year": serializers.IntegerField(),
        **{
            name: serializers.DictField()
            for name in ("reports", "decisions", "appeals")
        },
    },
)
APPEALED = error_codes(s409=["too_late", "already_appealed"])


class LinkedViewSet(ApiViewSet):
    """Rows of one's own, or of a signed link."""

    lookup_field = "number"
    lookup_value_regex = NUMBER

    @property
    def author(self) -> User | None:
        """The caller; None for who only has the link."""
        user = self.request.user
        return user if user.is_authenticated else None

    def linked(self, number: str) -> Any:
        """Return the row: of the caller, or of the token of the query. Raises 404."""
        rows = self.queryset.model._default_manager.filter(number=number)
        token = self.request.query_params.get("token", "")
        if token and links.is_valid(number, token):
            row = rows.first()
        else:
            row = self.get_queryset().filter(number=number).first()
        if row is None:
            raise Http404
        return row


class ReportViewSet(PersonalList, LinkedViewSet):
    """One's own reports; anybody may report."""

    queryset: ReportQuerySet = Report.objects.for_display().newest_first()
    serializer_class = ReportSerializer
    pagination_class = PersonalPages
    list_key = "reports"
    object_key = "report"
    public_actions = frozenset({"create", "retrieve", "categories", "appeal"})
    uncacheable = frozenset({"retrieve"})
    throttle_scopes = {"create": "report", "appeal": "report"}
    input_serializers = {"create": ReportInput, "appeal": AppealInput}
    examples = {"create": examples.REPORT, "appeal": examples.APPEAL}

    @extend_schema(
        operation_id="reports_listReports",
        summary="List the caller's reports",
        description="The newest first.",
    )
    def list(self, request: Request) -> Response:
        return super().list(request)

    @extend_schema(
        summary="Report an item, a review, a message, a picture or a person",
        description="The same account again gets the report of before, with 200.",
    )
    def create(self, request: Request) -> Response:
        data = self.validated_input()
        outsider = Outsider(data.pop("name", ""), data.pop("email", "").lower())
        if not request.user.is_authenticated:
            require_name(data | vars(outsider))
        else:
            outsider = Outsider()
        data.pop("good_faith")
        report, is_new = reports.report(
            **data, reporter=request.user, outsider=outsider
        )
        message = _("Thank you. We will look at it.")
        status = 201 if is_new else 200
        return self.write_response(message, report, status=status)

    @extend_schema(summary="Get a report", parameters=[TOKEN])
    def retrieve(self, request: Request, number: str) -> Response:
        return Response(self.get_serializer(self.linked(number)).data)

    @extend_schema(
        operation_id="reports_listCategories",
        summary="List the categories of reports",
        responses=CATEGORIES,
    )
    @action(detail=False, pagination_class=None)
    def categories(self, request: Request) -> Response:
        return Response({"groups": grouped()})

    @extend_schema(
        summary="Appeal against what became of a report",
        parameters=[TOKEN],
        extensions=APPEALED,
    )
    @action(detail=True, methods=["post"])
    def appeal(self, request: Request, number: str) -> Response:
        report = self.linked(number)
        appeals.appeal_report(report, **self.validated_input(), author=self.author)
        report = self.linked(number)
        return self.write_response(_("We will look at it again."), report, status=201)


class DecisionViewSet(PersonalList, LinkedViewSet):
    """Decisions that concern the caller: statements of reasons."""

    queryset = decisions_about(Decision.objects.all())
    serializer_class = DecisionSerializer
    pagination_class = PersonalPages
    list_key = "decisions"
    object_key = "decision"
    public_actions = frozenset({"retrieve", "appeal"})
    uncacheable = frozenset({"retrieve"})
    throttle_scopes = {"appeal": "report"}
    input_serializers = {"appeal": AppealInput}
    examples = {"appeal": examples.APPEAL}

    def rows_for(self, reader: Any) -> Any:
        """Return the decisions that restrict the caller, or undo that."""
        rows = self.queryset.all().exclude(outcome=Decision.Outcome.NO_ACTION)
        return rows.filter(person=reader.pk)

    @extend_schema(
        operation_id="decisions_listDecisions",
        summary="List the decisions that concern the caller",
        description="The newest first.",
    )
    def list(self, request: Request) -> Response:
        return super().list(request)

    @extend_schema(summary="Get a decision with its reasons", parameters=[TOKEN])
    def retrieve(self, request: Request, number: str) -> Response:
        return Response(self.get_serializer(self.linked(number)).data)

    @extend_schema(
        summary="Appeal against a decision", parameters=[TOKEN], extensions=APPEALED
    )
    @action(detail=True, methods=["post"])
    def appeal(self, request: Request, number: str) -> Response:
        decision = self.linked(number)
        appeals.appeal(decision, **self.validated_input(), author=self.author)
        decision = self.linked(number)
        shown = self.get_serializer(decision).data
        message = _("We will look at it again.")
        return Response({"message": message, "decision": shown}, status=201)


class TransparencyViewSet(ApiViewSet):
    """The yearly figures of moderation, for everybody."""

    queryset = Decision.objects.none()
    serializer_class = DecisionSerializer
    lookup_field = "year"
    lookup_value_regex = "20[0-9]{2}"
    public_actions = frozenset({"retrieve"})
    uncacheable = frozenset({"retrieve"})

    @extend_schema(
        operation_id="transparency_getYear",
        summary="Get the figures of a year about reports, decisions and appeals",
        responses=FIGURES,
    )
    def retrieve(self, request: Request, year: str) -> Response:
        return Response(figures(int(year)))
