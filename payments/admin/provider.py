"""Admin pages of what is said to and by the provider."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.admin.actions import ReasonedAction
from core.admin.base import Admin, fieldset, link_column, status_column
from core.admin.changelists import CachedValuesFilter
from payments import interventions
from payments.models import (
    PayoutAccount,
    ProviderCall,
    ProviderEvent,
)


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
