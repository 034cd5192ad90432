"""Admin pages of payments and of decisions about them."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from core.admin.actions import ReasonedAction, ReasonForm, action_for
from core.admin.base import Admin, ReadOnlyInline, fieldset, link_column, status_column
from core.admin.changelists import CachedValuesFilter
from payments import approvals, interventions, queue
from payments.admin.columns import amount
from payments.exceptions import SecondApproverNeeded
from payments.models import (
    Journal,
    Payment,
    PaymentEvent,
    ProviderCall,
    StaffRequest,
)
from payments.money import to_decimal
from payments.workflow import PAYMENT_WORKFLOW


class HistoryInline(ReadOnlyInline):
    """The transitions of a payment."""

    model = PaymentEvent
    verbose_name_plural = _("History")
    fields = ("created_at", "actor", "name", "old", "new", "reason")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("actor")


class CallInline(ReadOnlyInline):
    """What the provider was asked to do."""

    model = ProviderCall
    verbose_name_plural = _("Calls of the provider")
    fields = ("created_at", "kind", "purpose", "attempt", "state", "provider_id")


class JournalInline(ReadOnlyInline):
    """The journals of a payment, with their entries."""

    model = Journal
    verbose_name_plural = _("Journals")
    fields = ("created_at", "kind", "provider_object", "lines")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("entries")

    @admin.display(description=_("entries"))
    def lines(self, journal: Journal) -> str:
        """Return the entries: debits are positive."""
        return "; ".join(
            f"{entry.get_account_display()} "
            f"{to_decimal(entry.amount_cents, journal.currency)}"
            for entry in journal.entries.all()
        )


class QueueFilter(admin.SimpleListFilter):
    """What needs a person."""

    title = _("needs a person")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(queue.LABELS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queue.of(self.value() or "", queryset) if self.value() else queryset


class OrderFilter(admin.SimpleListFilter):
    """In which order the payments are listed; the newest first otherwise."""

    title = _("order")
    parameter_name = "order"
    ORDERS: ClassVar[dict[str, tuple[str, ...]]] = {
        "age": ("created_at", "id"),
        "amount": ("-price_cents", "id"),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("age", _("The oldest first")), ("amount", _("The largest first"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset  # see `PaymentAdmin.get_ordering`


class SplitForm(ReasonForm):
    """The payee's part of the price, and the reason."""

    worker_amount = forms.DecimalField(
        label=_("For the worker"),
        min_value=0,
        max_digits=12,
        decimal_places=3,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("The part of the price for the worker; the rest goes back."),
    )
    field_order = ("worker_amount", "reason")


AMOUNTS = [
    amount("price_cents"),
    amount("fee_cents", _("fee of the whole price")),
    amount("to_payee_cents"),
    amount("commission_cents"),
    amount("to_payer_cents"),
    amount("charged_cents"),
    amount("transferred_cents"),
    amount("reversed_cents"),
    amount("refunded_cents"),
]


def decide(name: str, payment: Payment, *, actor: Any, reason: str, **data: Any) -> Any:
    """Carry out a decision of staff; a stored request is said by its exception."""
    done = approvals.act(payment, actor=actor, action=name, reason=reason, **data)
    if isinstance(done, StaffRequest):
        raise SecondApproverNeeded  # the request is committed
    return done


@admin.register(Payment)
class PaymentAdmin(Admin):
    """Payments, read-only but for decisions. The secret of the payer is never shown."""

    reasoned_actions = (
        action_for(PAYMENT_WORKFLOW, "release-by-staff", run=decide),
        action_for(PAYMENT_WORKFLOW, "refund-by-staff", run=decide),
        action_for(
            PAYMENT_WORKFLOW,
            "split-by-staff",
            run=decide,
            form=SplitForm,
            in_bulk=False,
        ),
        ReasonedAction(
            name="clear-problem",
            label=_("Clear the problem"),
            run=interventions.clear_problem,
            is_possible=interventions.has_problem,
        ),
    )
    inlines = (HistoryInline, CallInline, JournalInline)
    list_display = (
        "reference",
        link_column("payer"),
        link_column("payee"),
        amount("price_cents", _("price")),
        status_column("status"),
        "problem",
        "problem_at",
        "held_at",
        "created_at",
    )
    list_filter = (
        QueueFilter,
        OrderFilter,
        "status",
        ("problem", CachedValuesFilter),
        "is_disputed",
        ("dispute_status", CachedValuesFilter),
        "created_at",
    )
    list_select_related = ("payer", "payee")
    search_fields = (
        "reference",
        "intent_id",
        "charge_id",
        "dispute_id",
        "payer__search_text__words",
        "payee__search_text__words",
    )
    fieldsets = (
        fieldset(None, "reference subject_type subject_id subject_title payer payee"),
        fieldset(_("Status"), "status is_disputed problem problem_at"),
        (_("Amounts"), {"fields": AMOUNTS}),
        fieldset(
            _("At the provider"),
            "provider intent_id charge_id dispute_id dispute_status",
        ),
        fieldset(
            _("When"),
            "created_at updated_at expires_at held_at auto_release_at ended_at",
        ),
    )

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Return the order that `OrderFilter` names; in the queue by age."""
        default = "age" if "queue" in request.GET else ""
        name = request.GET.get("order", default)
        return OrderFilter.ORDERS.get(name, self.ordering)


@admin.register(StaffRequest)
class StaffRequestAdmin(Admin):
    """Decisions that wait for a second member of staff."""

    workflows = (approvals.REQUEST_WORKFLOW,)
    list_display = (
        "id",
        link_column("payment"),
        "action",
        amount("amount_cents", _("amount")),
        status_column("status"),
        link_column("requested_by"),
        link_column("decided_by"),
        "created_at",
    )
    list_filter = ("status", ("action", CachedValuesFilter), "created_at")
    list_select_related = ("payment", "requested_by", "decided_by")
    search_fields = ("payment__reference", "requested_by__search_text__words")
    fieldsets = (
        (
            None,
            {
                "fields": [
                    *("payment", "action", "params"),
                    amount("amount_cents"),
                    *("reason", "requested_by"),
                ]
            },
        ),
        fieldset(_("Decision"), "status decided_by decision_reason decided_at"),
    )
