"""The desk of moderators: the queue of cases, reports, decisions and appeals."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from audit.models import Decision
from core.admin.actions import ReasonedAction
from core.admin.base import Admin, ReadOnlyInline, fieldset, link_column, status_column
from messaging.admin import private_pictures
from moderation import appeals, automatic, batches, cases, desk, reasons, targets
from moderation.filters import SeverityFilter, StatusFilter, TypeFilter
from moderation.forms import AnswerForm, BulkDecisionForm, DecisionForm
from moderation.models import (
    Appeal,
    Case,
    CaseEvent,
    ReasonTemplate,
    Report,
    Strike,
)
from moderation.targets import TARGET_TYPES, of_model

# What has happened to a case, besides the outcomes of decisions.
EVENT_LABELS = {
    "assign": _("Somebody looks at it"),
    "appeal": _("Appealed"),
    "overturn": _("The decision is overturned"),
    "uphold": _("The decision stands"),
    "undo": _("The decision is undone"),
    "rule": _("Found by a rule"),
    cases.OWN_REPORT: _("Who decides has reported it"),
}


def _decide(
    case: Case,
    *,
    actor: Any,
    reason: str,
    template: ReasonTemplate | None = None,
    **data: Any,
) -> Decision:
    facts = reasons.facts_for(case.person.language, template, reason)
    category = cases.eu_category_of(case)
    return cases.decide(case, actor=actor, facts=facts, category=category, **data)


def _decide_many(
    found: list[Case],
    *,
    actor: Any,
    reason: str,
    template: ReasonTemplate | None = None,
    **data: Any,
) -> str:
    facts = partial(reasons.facts_for, template=template, written=reason)
    return batches.decide(found, actor=actor, facts=facts, **data)


def _undo_batch(decision: Decision, *, actor: Any, reason: str) -> Decision:
    batches.undo(decision.batch, actor=actor, reason=reason)
    return decision


def _first_input(case: Case) -> dict[str, Any]:
    """Return the version, which a later change has not, and the text to begin with."""
    target = targets.get(case.target_type, case.target_id)
    data: dict[str, Any] = {
        "version": case.version,
        "language": case.person.language,
        "is_waiting": automatic.waits(case, target),
    }
    if template := reasons.template_for(case):
        data |= {
            "template": template.pk,
            "reason": template.text_in(case.person.language),
            "ground": template.ground,
            "basis": template.basis,
        }
    return data


def _versions(found: list[Case]) -> dict[str, Any]:
    return {"versions": {str(case.pk): case.version for case in found}}


def _is_in_standing_batch(decision: Decision, actor: Any) -> bool:
    return bool(decision.batch) and not hasattr(decision, "undone_by")


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
    fields = ("created_at", "actor", "what", "status_before", "status_after", "note")

    @admin.display(description=_("what"))
    def what(self, event: CaseEvent) -> str | Promise:
        """Return what happened in words."""
        first, _space, rest = event.name.partition(" ")
        if first in Decision.Outcome.values:
            return Decision.Outcome(first).label
        return f"{EVENT_LABELS.get(first, first)} {rest}".strip()

    @admin.display(description=_("before"))
    def status_before(self, event: CaseEvent) -> str | Promise:
        """Return the status before it in words."""
        return Case.Status(event.old).label

    @admin.display(description=_("after"))
    def status_after(self, event: CaseEvent) -> str | Promise:
        """Return the status after it in words."""
        return Case.Status(event.new).label

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("actor")


class TargetMixin:
    """Adds the column `kind` to what has a target."""

    @admin.display(description=_("type"))
    def kind(self, row: Any) -> str:
        """Return the type of the target of a case or a decision in words."""
        if isinstance(row, Case):
            return str(TARGET_TYPES[row.target_type].label)
        return str(of_model(row.target_type).label)


@admin.register(Case)
class CaseAdmin(TargetMixin, Admin):
    """The queue: the most urgent first. Decided with the actions of a case's page."""

    concerns = "person"
    change_form_outer_before_template = "admin/case.html"
    list_display = (
        "number",
        "kind",
        "target_label",
        link_column("person"),
        status_column("status"),
        "severity",
        "reports_count",
        "due_at",
        link_column("assignee"),
    )
    list_filter = (
        StatusFilter,
        TypeFilter,
        SeverityFilter,
        "is_detected_automatically",
    )
    linked_lookups = ("status",)
    list_select_related = ("person", "assignee")
    search_fields = ("number", "target_label__icontains")
    ordering = ("due_at", "id")
    fieldsets = (
        fieldset(
            None,
            "number kind target_label person status assignee severity weight "
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
            initial=_first_input,
            in_bulk=False,
        ),
        ReasonedAction(
            name="decide-many",
            label=_("Decide on all alike"),
            run=_decide,
            run_all=_decide_many,
            form=BulkDecisionForm,
            initial=_versions,
        ),
    )

    @admin.display(description=_("standing of the reporters"))
    def weight(self, case: Case) -> str:
        """Return their standing with one decimal."""
        return f"{case.standing:.1f}"

    def page_context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """Return what is known of the target and its author."""
        return {"desk": desk.page_of(obj, reader=request.user)}


@admin.register(Report)
class ReportAdmin(Admin):
    """Reports, read-only. Names and addresses of outsiders are private."""

    concerns = "case__person"
    private = ("name", "email")
    list_display = (
        "number",
        link_column("case"),
        link_column("reporter"),
        "category",
        status_column("status"),
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
class DecisionAdmin(TargetMixin, Admin):
    """Decisions with their reasons, read-only: undoing one is another."""

    concerns = "person"
    list_display = (
        "number",
        "outcome",
        "kind",
        "target_label",
        link_column("person"),
        "ground",
        link_column("actor"),
        "created_at",
    )
    list_filter = (
        "outcome",
        "ground",
        "source",
        "decided_automatically",
        "created_at",
    )
    list_select_related = ("person", "actor")
    search_fields = ("number", "batch", "target_label__icontains")
    date_hierarchy = "created_at"
    fieldsets = (
        fieldset(
            None,
            "number outcome kind target_label person ground basis category "
            "facts note restricted label until source detected_automatically "
            "decided_automatically actor undoes batch created_at",
        ),
    )
    reasoned_actions = (
        ReasonedAction(
            name="undo-batch",
            label=_("Undo the whole batch"),
            run=_undo_batch,
            is_possible=_is_in_standing_batch,
            in_bulk=False,
        ),
    )

    @admin.display(description=_("restricted"))
    def restricted(self, decision: Decision) -> str:
        """Return what it takes away from the person, in words."""
        return ", ".join(decision.scope_labels) or "–"


@admin.register(Appeal)
class AppealAdmin(Admin):
    """Appeals, the oldest first. Decided by somebody else than before."""

    concerns = "decision__person"
    list_display = (
        "created_at",
        link_column("decision"),
        link_column("case"),
        status_column("status"),
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
            "decision case report text pictures status answer decided_by "
            "is_same_decider resolution created_at decided_at",
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

    @admin.display(description=_("pictures"))
    def pictures(self, appeal: Appeal) -> str:
        """Return the thumbnails of what is shown with the appeal as HTML."""
        shown = [row.upload for row in appeal.pictures.select_related("upload")]
        return private_pictures(shown) if shown else "–"


@admin.register(ReasonTemplate)
class ReasonTemplateAdmin(AuditedAdmin):
    """Texts of reasons: staff begin with them, and administrators edit them."""

    editable = (
        *("name", "category", "ground", "basis"),
        *("text_en", "text_lv", "text_ru", "is_offered"),
    )
    list_display = ("name", "category", "ground", "basis", "is_offered", "updated_at")
    list_filter = ("category", "ground", "is_offered")
    search_fields = ("name__icontains",)
    ordering = ("category", "name")
    fieldsets = (
        fieldset(None, "name category ground basis is_offered"),
        fieldset(_("Texts"), "text_en text_lv text_ru"),
    )

    def has_add_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return request.user.has_perm("moderation.add_reasontemplate")

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return request.user.has_perm("moderation.change_reasontemplate")


@admin.register(Strike)
class StrikeAdmin(Admin):
    """Strikes, read-only."""

    concerns = "person"
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
