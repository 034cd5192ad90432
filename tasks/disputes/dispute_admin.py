"""The admin page of disputes: what both sides say and show, and the decisions."""

from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from core.admin.actions import ReasonedAction
from core.admin.base import (
    ReadOnlyInline,
    changelist_url,
    fieldset,
    link_column,
    link_to,
    short_time,
    status_column,
)
from messaging.admin import messages_context, private_pictures
from payments import services as payments
from payments.money import to_cents, to_text
from tasks.disputes import deciding, permissions
from tasks.disputes.serializers import timeline
from tasks.forms import SplitForm
from tasks.models import Dispute, DisputeOffer, TaskApplication
from tasks.payments import SUBJECT
from tasks.settlements import part_of
from tasks.workflow import TASK_WORKFLOW

# By which the page of figures links to what concerns tasks of a category or place.
TASK_LOOKUPS = ("task__category", "task__public_latitude", "task__public_longitude")
EVENT_LABELS = {
    "filed": _("Filed"),
    "responded": _("Answered"),
    "under_review": _("Not answered in time"),
    "offer": _("Offer"),
    "escalated": _("Staff were reminded"),
    "resolved": _("Resolved"),
}


def _decide(
    resolution: str,
    dispute: Dispute,
    *,
    actor: Any,
    reason: str,
    worker_amount: Decimal | None = None,
    worker_percent: Decimal | None = None,
) -> Model:
    cents, task = None, dispute.task
    if worker_amount is not None or worker_percent is not None:
        part = part_of(task, actor=actor, amount=worker_amount, percent=worker_percent)
        cents = to_cents(part, task.currency)
    return deciding.resolve(
        dispute, actor=actor, resolution=resolution, reason=reason, worker_cents=cents
    )


def _is_possible(dispute: Dispute, actor: Any) -> bool:
    return (
        not dispute.is_resolved
        and dispute.is_heard(at=timezone.now())
        and permissions.is_impartial_staff(dispute, actor)
    )


def _action(resolution: str, name: str) -> ReasonedAction:
    """Return the action that runs a row of the task."""
    forms: dict[str, Any] = {"form": SplitForm} if name == "settle-split" else {}
    return ReasonedAction(
        name=name,
        label=TASK_WORKFLOW[name].label,
        run=partial(_decide, resolution),
        is_possible=_is_possible,
        in_bulk=False,
        **forms,
    )


class OfferInline(ReadOnlyInline):
    """The offers on the page of a dispute."""

    model = DisputeOffer
    verbose_name_plural = _("Offers")
    fields = ("created_at", "made_by", "worker_part", "accepted_at")
    money = ("worker_part",)

    @admin.display(description=_("Amount for the worker"))
    def worker_part(self, offer: DisputeOffer) -> str:
        """Return what the worker is to get, with its currency."""
        return to_text(offer.worker_cents, offer.dispute.task.currency)

    def get_queryset(self, request: Any) -> Any:
        rows = super().get_queryset(request)
        return rows.select_related("made_by", "dispute__task")


@admin.register(Dispute)
class DisputeAdmin(AuditedAdmin):
    """Disputes, read-only but for the decision; the oldest first."""

    reasoned_actions = tuple(
        _action(resolution, name) for resolution, name in deciding.ROWS.items()
    )
    inlines = (OfferInline,)
    money = ("worker_part", "worker_cents", "payment")
    change_form_outer_before_template = "messaging/admin_messages.html"
    ordering = ("id",)
    list_display = (
        "id",
        link_column("task"),
        link_column("filed_by"),
        link_column("filed_against"),
        "reason",
        status_column("status"),
        "resolution",
        "created_at",
        "respond_by",
        "escalated_at",
    )
    list_filter = (
        "status",
        "reason",
        "resolution",
        ("escalated_at", admin.EmptyFieldListFilter),
        "created_at",
    )
    linked_lookups = TASK_LOOKUPS
    list_select_related = ("task", "filed_by", "filed_against")
    search_fields = (
        "task__search_text__words",
        "filed_by__search_text__words",
        "filed_against__search_text__words",
    )
    fieldsets = (
        fieldset(None, "task filed_by filed_against status steps"),
        fieldset(_("What was filed"), "reason description pictures"),
        fieldset(_("Answer"), "response_description response_pictures respond_by"),
        fieldset(_("Context"), "applications payment"),
        fieldset(
            _("Decision"),
            "resolution resolution_notes worker_part resolved_by resolved_at "
            "escalated_at",
        ),
    )

    def page_context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """Return the messages of both until it was filed, if they are open."""
        last = obj.last_message
        if last is None:
            return {}
        reason = _("Dispute %(id)s") % {"id": obj.pk}
        return messages_context(
            request, last.conversation, reason=reason, until=last.pk
        )

    @admin.display(description=_("timeline"))
    def steps(self, dispute: Dispute) -> str:
        """Return what has happened, as an HTML list."""
        rows = (
            (short_time(step["at"]), EVENT_LABELS[step["event"]])
            for step in timeline(dispute)
        )
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{} {}</li>", rows))

    @admin.display(description=_("pictures"))
    def pictures(self, dispute: Dispute) -> str:
        """Return the thumbnails of what was filed as HTML."""
        return _thumbnails(dispute, is_response=False)

    @admin.display(description=_("pictures"))
    def response_pictures(self, dispute: Dispute) -> str:
        """Return the thumbnails of the answer as HTML."""
        return _thumbnails(dispute, is_response=True)

    @admin.display(description=_("Amount for the worker"))
    def worker_part(self, dispute: Dispute) -> str:
        """Return what the worker got of the price; a dash before the decision."""
        if dispute.worker_cents is None:
            return "–"
        return to_text(dispute.worker_cents, dispute.task.currency)

    @admin.display(description=_("applications"))
    def applications(self, dispute: Dispute) -> str:
        """Return a link to the applications for the task."""
        url = changelist_url(TaskApplication, task__id__exact=dispute.task_id)
        return _link(url, _("The applications for the task"))

    @admin.display(description=_("payment"))
    def payment(self, dispute: Dispute) -> str:
        """Return a link to the payment of the task; a dash without one."""
        return link_to(payments.current(SUBJECT, dispute.task_id))


def _link(url: str, text: Any) -> str:
    return format_html('<a href="{}" class="text-link">{}</a>', url, text)


def _thumbnails(dispute: Dispute, *, is_response: bool) -> str:
    shown = dispute.evidence.filter(is_response=is_response).select_related("upload")
    return private_pictures(one.upload for one in shown)
