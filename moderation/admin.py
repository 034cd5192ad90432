"""The desk of moderators: the queue of cases, reports, decisions and appeals."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from audit.models import MAX_FACTS, Decision
from core.admin.actions import ReasonedAction, ReasonForm
from core.admin.base import Admin, ReadOnlyInline, fieldset, link_column
from core.admin.fields import InputField
from core.api.fields import OptionalMultiLineField, TextField
from moderation import appeals, cases
from moderation.categories import CATEGORIES
from moderation.models import Appeal, Case, CaseEvent, Report, Strike

OUTCOMES = [
    choice
    for choice in Decision.Outcome.choices
    if choice[0] in ("no_action", "warn", "hide", "remove", "suspend", "ban")
]


class DecisionForm(ReasonForm):
    """What is decided on a case, on which ground."""

    outcome = forms.ChoiceField(
        choices=OUTCOMES, label=_("Outcome"), widget=UnfoldAdminSelectWidget()
    )
    ground = forms.ChoiceField(
        choices=Decision.Ground.choices,
        label=_("Ground"),
        widget=UnfoldAdminSelectWidget(),
    )
    basis = InputField(
        rule=TextField(),
        label=_("Law or clause"),
        max_length=300,
        help_text=_("Such as “Terms, 4.2”, or the law and its article."),
        widget=UnfoldAdminTextInputWidget(),
    )
    until = forms.SplitDateTimeField(
        label=_("Suspended until"),
        required=False,
        help_text=_("For a suspension alone."),
        widget=UnfoldAdminSplitDateTimeWidget(),
    )
    note = InputField(
        rule=OptionalMultiLineField(),
        label=_("Internal note"),
        required=False,
        max_length=MAX_FACTS,
        widget=UnfoldAdminTextareaWidget({"rows": 2}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput())

    def clean_until(self) -> Any:
        """Refuse a time that is over."""
        until = self.cleaned_data["until"]
        if until is not None and until <= timezone.now():
            raise forms.ValidationError(_("This is in the past."))
        return until


class AnswerForm(ReasonForm):
    """Whether an appeal is right; the reason is the answer to who appealed."""

    is_overturned = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("", "—"), ("no", _("It stands")), ("yes", _("It is overturned"))],
        coerce=lambda value: value == "yes",
        widget=UnfoldAdminSelectWidget(),
    )


def _decide(case: Case, *, actor: Any, reason: str, **data: Any) -> Decision:
    category = _category(case)
    return cases.decide(case, actor=actor, facts=reason, category=category, **data)


def _category(case: Case) -> str:
    """Return the category in the EU's database of the gravest report."""
    names = case.reports.values_list("category", flat=True)
    found = max((CATEGORIES[name] for name in names), key=_severity, default=None)
    return found.eu if found else ""


def _severity(category: Any) -> int:
    return category.severity


def _seen(case: Case) -> dict[str, Any]:
    """Return the version that the form sends back: a later one has changed."""
    return {"version": case.version}


def _is_open(case: Case, actor: Any) -> bool:
    return case.is_open


def _is_open_appeal(appeal: Appeal, actor: Any) -> bool:
    return appeal.status == Appeal.Status.OPEN


class ReportInline(ReadOnlyInline):
    """The reports on the page of a case."""

    model = Report
    fields = ("number", "reporter", "category", "explanation", "created_at")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("reporter")


class EventInline(ReadOnlyInline):
    """The history on the page of a case."""

    model = CaseEvent
    verbose_name_plural = _("History")
    fields = ("created_at", "actor", "name", "old", "new", "note")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("actor")


@admin.register(Case)
class CaseAdmin(Admin):
    """The queue: the most urgent first. Decided with the actions of a case's page."""

    list_display = (
        "number",
        "target_type",
        "target_label",
        link_column("person"),
        "status",
        "severity",
        "reports_count",
        "due_at",
        link_column("assignee"),
    )
    list_filter = ("status", "target_type", "severity")
    list_select_related = ("person", "assignee")
    search_fields = ("number", "target_label__icontains")
    ordering = ("due_at", "id")
    fieldsets = (
        fieldset(
            None,
            "number target_type target_label person status assignee severity standing "
            "reports_count opened_at due_at decided_at decision",
        ),
    )
    inlines = (ReportInline, EventInline)
    reasoned_actions = (
        ReasonedAction(
            name="assign",
            label=_("I look at it"),
            run=cases.assign,
            is_possible=_is_open,
            in_bulk=False,
        ),
        ReasonedAction(
            name="decide",
            label=_("Decide"),
            run=_decide,
            is_possible=_is_open,
            form=DecisionForm,
            initial=_seen,
            in_bulk=False,
        ),
    )


@admin.register(Report)
class ReportAdmin(Admin):
    """Reports, read-only. Names and addresses of outsiders are private."""

    private = ("name", "email")
    list_display = (
        "number",
        link_column("case"),
        link_column("reporter"),
        "category",
        "status",
        "created_at",
    )
    list_filter = ("status", "category", "created_at")
    list_select_related = ("case", "reporter")
    search_fields = ("number", "explanation__icontains")
    ordering = ("-id",)
    fieldsets = (
        fieldset(
            None,
            "number case reporter name email category explanation standing status "
            "created_at decided_at",
        ),
    )


@admin.register(Decision)
class DecisionAdmin(Admin):
    """Decisions with their reasons, read-only: undoing one is another."""

    list_display = (
        "number",
        "outcome",
        "target_label",
        link_column("person"),
        "ground",
        link_column("actor"),
        "created_at",
    )
    list_filter = ("outcome", "ground", "source", "decided_automatically")
    list_select_related = ("person", "actor")
    search_fields = ("number", "target_label__icontains")
    date_hierarchy = "created_at"
    fieldsets = (
        fieldset(
            None,
            "number outcome target_type target_label person ground basis category "
            "facts note until source detected_automatically decided_automatically "
            "actor undoes created_at",
        ),
    )


@admin.register(Appeal)
class AppealAdmin(Admin):
    """Appeals, the oldest first. Decided by somebody else than before."""

    list_display = (
        "created_at",
        link_column("decision"),
        link_column("case"),
        "status",
        link_column("decided_by"),
    )
    list_display_links = ("created_at",)
    list_filter = ("status",)
    list_select_related = ("decision", "case", "decided_by")
    search_fields = ("decision__number",)
    ordering = ("created_at", "id")
    fieldsets = (
        fieldset(
            None,
            "decision case report text status answer decided_by is_same_decider "
            "resolution created_at decided_at",
        ),
    )
    reasoned_actions = (
        ReasonedAction(
            name="answer",
            label=_("Decide the appeal"),
            run=appeals.resolve,
            is_possible=_is_open_appeal,
            form=AnswerForm,
            in_bulk=False,
        ),
    )


@admin.register(Strike)
class StrikeAdmin(Admin):
    """Strikes, read-only."""

    list_display = (
        link_column("person"),
        "points",
        link_column("decision"),
        "expires_at",
    )
    list_display_links = ("points",)
    list_select_related = ("person", "decision")
    search_fields = ("person__search_text__words",)
    ordering = ("-id",)
    fieldsets = (fieldset(None, "person decision points created_at expires_at"),)
