"""Rules, what they have found, and price levels, for staff."""

import json
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from core.admin.base import Admin, fieldset, link_column
from core.admin.changelists import CachedValuesFilter
from rules import configuration
from rules.forms import RuleForm
from rules.models import PriceLevel, RuleHit, RuleSetting
from rules.registry import RULES


@admin.register(RuleSetting)
class RuleSettingAdmin(AuditedAdmin):
    """How each rule is set. Every change is in the audit log."""

    form = RuleForm
    editable = ("enabled", "outcome", "parameters")
    list_display = ("name", "label", "enabled", "outcome", "failures", "failed_at")
    list_filter = ("enabled", "outcome")
    search_fields = ("name",)
    fieldsets = (
        fieldset(None, "name label summary enabled outcome parameters defaults"),
        fieldset(_("Failures"), "failures failed_at updated_at"),
    )

    @admin.display(description=_("rule"))
    def label(self, setting: RuleSetting) -> str:
        """Return what the rule is called."""
        return str(RULES[setting.name].label) if setting.name in RULES else "–"

    @admin.display(description=_("what it finds"))
    def summary(self, setting: RuleSetting) -> str:
        """Return a sentence about the rule."""
        return RULES[setting.name].summary if setting.name in RULES else "–"

    @admin.display(description=_("defaults"))
    def defaults(self, setting: RuleSetting) -> str:
        """Return the default of each parameter, as JSON."""
        if setting.name not in RULES:
            return "–"
        return json.dumps(RULES[setting.name].clean({}), ensure_ascii=False)

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """A row whose rule is gone is kept, and cannot be changed."""
        if isinstance(obj, RuleSetting) and obj.name not in RULES:
            return False
        return super().has_change_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: Any, form: ModelForm, change: bool
    ) -> None:
        """Save and record the change; this process uses it at once."""
        super().save_model(request, obj, form, change)
        transaction.on_commit(configuration.forget)


@admin.register(RuleHit)
class RuleHitAdmin(Admin):
    """What the rules have found, read-only."""

    list_display = (
        "created_at",
        "rule",
        "outcome",
        "target_type",
        "target_id",
        link_column("person"),
        "detail",
    )
    list_display_links = ("created_at",)
    list_filter = (
        ("rule", CachedValuesFilter),
        "outcome",
        ("target_type", CachedValuesFilter),
        "created_at",
    )
    list_select_related = ("person",)
    search_fields = ("person__search_text__words",)
    date_hierarchy = "created_at"
    fieldsets = (
        fieldset(None, "rule outcome target_type target_id person detail created_at"),
    )


@admin.register(PriceLevel)
class PriceLevelAdmin(Admin):
    """Price levels, read-only; a job computes them each day."""

    list_display = ("item_type", "category", "price_type", "currency", "count", "price")
    list_filter = (("item_type", CachedValuesFilter),)
    search_fields = ("category",)
    fieldsets = (
        fieldset(None, "item_type category price_type currency count price"),
        fieldset(_("Logarithms"), "median deviation created_at"),
    )

    @admin.display(description=_("median price"))
    def price(self, level: PriceLevel) -> str:
        """Return the median as a price."""
        return f"{level.price:.2f}"
