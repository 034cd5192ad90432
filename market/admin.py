"""The page of the market settings: one form for all of them."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from core.admin.base import LockedWhileSaved
from market import services, stored
from market.forms import MarketForm
from market.models import MarketSettings
from market.registry import SETTINGS, Group

GROUPS = [
    (group.label, {"fields": [s.name for s in SETTINGS.values() if s.group == group]})
    for group in Group
]


@admin.register(MarketSettings)
class MarketSettingsAdmin(LockedWhileSaved):
    """All settings on one page. Who may only view them reads a table."""

    form = MarketForm
    editable = (*SETTINGS, "seen_version", "reason")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Return the page of the only row; the list for a search alone."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.GET:
            return super().changelist_view(request, extra_context)
        return self.change_view(request, str(services.the_row().pk))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return the groups of settings; a table for who may not change them."""
        if not self.has_change_permission(request, obj):
            return [(None, {"fields": ["overview"]})]
        return [
            *GROUPS,
            (_("Why"), {"fields": ["reason", "seen_version"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Return the names of what is only shown."""
        return [] if self.has_change_permission(request, obj) else ["overview"]

    @admin.display(description="")
    def overview(self, row: MarketSettings) -> str:
        """Return a table of all settings as HTML."""
        set_by_staff = stored.read()
        cell = '<td class="align-top border-t py-2 pr-4">{}</td>'
        rows = (
            (
                setting.label,
                setting.display(setting.get()),
                _("Set by staff") if name in set_by_staff else _("Default"),
            )
            for name, setting in SETTINGS.items()
        )
        body = format_html_join("", f"<tr>{cell * 3}</tr>", rows)
        return format_html('<table class="w-full text-left">{}</table>', body)

    def save_model(
        self, request: HttpRequest, obj: Any, form: ModelForm, change: bool
    ) -> None:
        """Store the settings with their reason; the audit log has both values."""
        services.change(
            cast(Any, form).values,
            version=form.cleaned_data["seen_version"],
            actor=cast(Any, request.user),
            reason=form.cleaned_data["reason"],
        )
