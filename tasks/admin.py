"""Admin pages of tasks and applications."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from core.admin.actions import action_for
from core.admin.base import Admin, ReadOnlyInline, fieldset, link_column, status_column
from core.admin.changelists import CachedValuesFilter
from core.api.fields import NewCategoryField
from core.api.list_fields import CommaSeparatedField
from items.admin import ITEM_FIELDSET, CategorizedMixin, CategoryFilter
from tasks.disputes import dispute_admin as dispute_admin  # registers further pages
from tasks.forms import SplitForm
from tasks.models import TaskApplication, TaskEvent, TaskRequest
from tasks.settlements import NAMES, decide, divide
from tasks.workflow import APPLICATION_WORKFLOW, MODERATION, TASK_WORKFLOW
from uploads.admin import PicturesMixin


class EventInline(ReadOnlyInline):
    """The history on the page of a task."""

    model = TaskEvent
    verbose_name_plural = _("History")
    fields = ("created_at", "actor", "name", "old", "new", "reason")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("actor")


class ApplicationInline(ReadOnlyInline):
    """The applications on the page of a task."""

    model = TaskApplication
    verbose_name_plural = _("Applications")
    fields = ("applicant", "message", "price", "status", "created_at")
    money = ("price",)
    ordering = ("-created_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("applicant")


# Instead of those that `actions_for` makes of the rows.
MORE: dict[str, dict[str, Any]] = {
    "settle-split": {"run": divide, "form": SplitForm, "in_bulk": False}
}
DECISIONS = tuple(
    action_for(TASK_WORKFLOW, name, **({"run": decide} | MORE.get(name, {})))
    for name in NAMES
)


@admin.register(TaskRequest)
class TaskAdmin(CategorizedMixin, PicturesMixin, AuditedAdmin):
    """Tasks, with their applications and history."""

    input_fields = {
        "category": NewCategoryField(),
        "required_skills": CommaSeparatedField(),
    }
    workflows = (TASK_WORKFLOW, MODERATION)
    reasoned_actions = DECISIONS
    inlines = (EventInline, ApplicationInline)
    editable = ("title", "description", "category", "required_skills", "location")
    private = ("address", "latitude", "longitude")
    money = ("agreed_price", "agreed_fee_bps", "agreed_fee_min_cents")
    list_display = (
        "title",
        "first_picture",
        link_column("creator"),
        link_column("assigned_to"),
        "category_name",
        "budget",
        status_column("status"),
        status_column("moderation"),
        "applications_count",
        "created_at",
    )
    list_filter = ("status", "moderation", CategoryFilter, "is_urgent", "created_at")
    list_select_related = ("creator", "assigned_to")
    search_fields = ("search_text__words", "creator__search_text__words")
    fieldsets = (
        fieldset(
            None,
            "title description category category_name attribute_list "
            "required_skills creator assigned_to budget "
            "currency deadline priority is_urgent pictures",
        ),
        fieldset(
            _("Payment"),
            "payment_required agreed_price agreed_fee_bps agreed_fee_min_cents",
        ),
        fieldset(
            _("Status"),
            "status dispute_reason applications_count created_at updated_at "
            "marked_done_at completed_at assigned_at",
        ),
        ITEM_FIELDSET,
        fieldset(_("Place"), "location address latitude longitude radius"),
    )


@admin.register(TaskApplication)
class ApplicationAdmin(Admin):
    """Applications, read-only."""

    workflows = (APPLICATION_WORKFLOW,)
    money = ("price",)
    list_display = (
        "id",
        link_column("task"),
        link_column("applicant"),
        status_column("status"),
        "created_at",
    )
    list_filter = ("status", "created_at")
    list_select_related = ("task", "applicant")
    linked_lookups = dispute_admin.TASK_LOOKUPS
    search_fields = ("task__search_text__words", "applicant__search_text__words")
    fieldsets = (fieldset(None, "task applicant message price status created_at"),)


@admin.register(TaskEvent)
class EventAdmin(Admin):
    """The history of all tasks, read-only."""

    list_display = (
        "id",
        link_column("task"),
        link_column("actor"),
        "name",
        "old",
        "new",
        "reason",
        "created_at",
    )
    list_filter = (("name", CachedValuesFilter), "created_at")
    list_select_related = ("task", "actor")
    search_fields = ("task__search_text__words", "actor__search_text__words")
    fieldsets = (
        fieldset(None, "task actor name old new reason created_at request_id"),
    )
