"""Admin pages of payments: what staff see, and what they may decide."""

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget

from core.admin.actions import ReasonedAction, ReasonForm
from core.admin.base import Admin, ReadOnlyInline, fieldset, link_column, status_column
from core.admin.changelists import CachedValuesFilter
from payments import approvals, interventions, queue
from payments.exceptions import SecondApproverNeeded
from payments.models import (
    Balance,
    Entry,
    Journal,
    Payment,
    PaymentEvent,
    PayoutAccount,
    ProviderCall,
    ProviderEvent,
    StaffRequest,
)
from payments.models.ledger import Account
from payments.money import to_decimal
from payments.workflow import PAYMENT_WORKFLOW


def amount(field: str, label: Any) -> Any:
    """Return a column that shows minor units of `field` with their currency."""

    @admin.display(description=label, ordering=field)
    def column(row: Any) -> str:
        currency = getattr(row, "currency", "") or row.payment.currency
        return f"{to_decimal(getattr(row, field), currency)} {currency}"

    return column


# --- Payments -------------------------------------------------------------------------


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


def decide(name: str, payment: Payment, *, actor: Any, reason: str, **data: Any) -> Any:
    """Carry out a decision of staff; a stored request is said by its exception."""
    done = approvals.act(payment, actor=actor, action=name, reason=reason, **data)
    if isinstance(done, StaffRequest):
        raise SecondApproverNeeded  # the request is committed
    return done


def decision(name: str, **more: Any) -> ReasonedAction:
    """Return the admin action of a row of the workflow."""
    row = PAYMENT_WORKFLOW[name]
    return ReasonedAction(
        name=name,
        label=row.label,
        run=partial(decide, name),
        is_possible=partial(PAYMENT_WORKFLOW.is_possible, row),
        **more,
    )


@admin.register(Payment)
class PaymentAdmin(Admin):
    """Payments, read-only but for decisions. The secret of the payer is never shown."""

    reasoned_actions = (
        decision("release-by-staff"),
        decision("refund-by-staff"),
        decision("split-by-staff", form=SplitForm, in_bulk=False),
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
        fieldset(
            _("Amounts in minor units"),
            "currency price_cents fee_cents to_payee_cents commission_cents "
            "to_payer_cents charged_cents transferred_cents reversed_cents "
            "refunded_cents",
        ),
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
        fieldset(None, "payment action params amount_cents reason requested_by"),
        fieldset(_("Decision"), "status decided_by decision_reason decided_at"),
    )


# --- The provider ---------------------------------------------------------------------


@admin.register(ProviderCall)
class ProviderCallAdmin(Admin):
    """Calls of the provider; staff can try rejected ones again."""

    reasoned_actions = (
        ReasonedAction(
            name="retry",
            label=_("Try again"),
            run=interventions.retry_call,
            is_possible=interventions.is_rejected,
        ),
    )
    list_display = (
        "idempotency_key",
        link_column("payment"),
        "kind",
        status_column("state"),
        "sent_count",
        "error_code",
        "due_at",
        "created_at",
    )
    list_filter = ("state", "kind", ("error_code", CachedValuesFilter), "created_at")
    list_select_related = ("payment",)
    search_fields = ("idempotency_key", "provider_id", "payment__reference")
    fieldsets = (
        fieldset(None, "payment kind purpose attempt idempotency_key params"),
        fieldset(_("What became of it"), "state provider_id error_code error"),
        fieldset(
            _("When"),
            "created_at due_at first_sent_at sent_count lease_until finished_at",
        ),
    )


@admin.register(ProviderEvent)
class ProviderEventAdmin(Admin):
    """Events of the provider; staff can process parked ones again."""

    private = ("payload",)  # it names people
    reasoned_actions = (
        ReasonedAction(
            name="retry",
            label=_("Process again"),
            run=interventions.retry_event,
            is_possible=interventions.is_parked,
        ),
    )
    list_display = (
        "event_id",
        "type",
        "object_id",
        status_column("state"),
        "attempts",
        "error",
        "received_at",
    )
    list_filter = ("state", ("type", CachedValuesFilter), "received_at")
    search_fields = ("event_id", "object_id", "account")
    fieldsets = (
        fieldset(None, "provider endpoint event_id type account object_id"),
        fieldset(_("What became of it"), "state attempts error"),
        fieldset(_("When"), "occurred_at received_at done_at"),
        fieldset(_("What"), "payload"),
    )


@admin.register(PayoutAccount)
class PayoutAccountAdmin(Admin):
    """Accounts of payees; staff can stop releases to them."""

    reasoned_actions = (
        ReasonedAction(
            name="hold-payouts",
            label=_("Stop releases"),
            run=interventions.hold_payouts,
            is_possible=interventions.is_not_held,
        ),
        ReasonedAction(
            name="resume-payouts",
            label=_("Allow releases"),
            run=interventions.resume_payouts,
            is_possible=interventions.is_held,
        ),
    )
    list_display = (
        "account_id",
        link_column("user"),
        status_column("status"),
        "is_held",
        "country",
        "checked_at",
    )
    list_filter = ("status", "is_held", ("country", CachedValuesFilter), "created_at")
    list_select_related = ("user",)
    search_fields = ("account_id", "user__search_text__words")
    fieldsets = (
        fieldset(None, "user provider account_id country entity_type"),
        fieldset(_("Status"), "status is_held requirements"),
        fieldset(_("When"), "created_at updated_at checked_at next_payout_on"),
    )


# --- The ledger -----------------------------------------------------------------------


class EntryInline(ReadOnlyInline):
    """The entries of a journal: debits are positive, in minor units."""

    model = Entry
    verbose_name_plural = _("Entries")
    fields = ("account", "payment", "person", "amount_cents")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("payment", "person")


class ExplainForm(ReasonForm):
    """The account where an unknown change belongs, and the reason."""

    account = forms.ChoiceField(
        label=_("Account"),
        choices=[
            (account.value, account.label)
            for account in (
                Account.BANK,
                Account.PROVIDER_FEES,
                Account.CHARGEBACK_LOSS,
                Account.FEE_REVENUE,
            )
        ],
        widget=UnfoldAdminSelectWidget,
    )
    field_order = ("account", "reason")


@admin.register(Journal)
class JournalAdmin(Admin):
    """Journals with their entries. Nobody changes them; unknown ones are explained."""

    reasoned_actions = (
        ReasonedAction(
            name="explain",
            label=_("Explain the change"),
            run=interventions.explain,
            is_possible=interventions.is_unknown,
            form=ExplainForm,
            in_bulk=False,
        ),
    )
    inlines = (EntryInline,)
    list_display = (
        "key",
        "kind",
        link_column("payment"),
        "currency",
        "provider_object",
        "created_at",
        "sealed_at",
    )
    list_filter = (("kind", CachedValuesFilter), "created_at")
    list_select_related = ("payment",)
    search_fields = ("key", "provider_object", "payment__reference")
    fieldsets = (
        fieldset(None, "kind key currency payment provider_object"),
        fieldset(_("When"), "created_at sealed_at"),
    )


@admin.register(Balance)
class BalanceAdmin(Admin):
    """Stored balances, read-only. Credits are negative: what is owed to somebody."""

    list_display = (
        "id",
        "account",
        link_column("payment"),
        link_column("person"),
        amount("amount_cents", _("amount")),
    )
    list_filter = ("account", "currency")
    list_select_related = ("payment", "person")
    search_fields = ("payment__reference", "person__search_text__words")
    fieldsets = (fieldset(None, "account payment person currency amount_cents"),)
