"""Admin pages of the ledger."""

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from core.admin.actions import ReasonedAction, ReasonForm
from core.admin.base import Admin, ReadOnlyInline, fieldset, link_column
from core.admin.changelists import CachedValuesFilter
from payments import interventions
from payments.admin.columns import amount
from payments.models import (
    Balance,
    Entry,
    Journal,
)
from payments.models.ledger import Account


class EntryInline(ReadOnlyInline):
    """The entries of a journal: debits are positive."""

    model = Entry
    verbose_name_plural = _("Entries")
    fields = ("account", "payment", "person", amount("amount_cents"))

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        return rows.select_related("journal", "payment", "person")


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
    list_filter = ("account", ("currency", CachedValuesFilter))
    list_select_related = ("payment", "person")
    search_fields = ("payment__reference", "person__search_text__words")
    fieldsets = (
        (None, {"fields": ["account", "payment", "person", amount("amount_cents")]}),
    )
