from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from alerts.models import SavedSearch
from marketplace.core.admin import Admin, linked, section


@admin.register(SavedSearch)
class SavedSearchAdmin(Admin):
    """To read only: what somebody looks for is their own affair."""

    private = ("name", "query")
    list_display = ("id", linked("user"), "kind", "frequency", "next_at", "watermark")
    list_filter = ("kind", "frequency")
    list_select_related = ("user",)
    search_fields = ("user__search_text__words",)
    date_hierarchy = "created_at"
    fieldsets = (
        section(None, "user kind name query"),
        section(_("When"), "frequency created_at asked_at watermark next_at"),
    )
