from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from alerts.models import SavedSearch
from core.admin.base import Admin, fieldset, link_column


@admin.register(SavedSearch)
class SavedSearchAdmin(Admin):
    """To read only: what somebody looks for is their own affair."""

    private = ("name", "query")
    list_display = (
        "id",
        link_column("user"),
        "kind",
        "frequency",
        "next_at",
        "watermark",
    )
    list_filter = ("kind", "frequency")
    list_select_related = ("user",)
    search_fields = ("user__search_text__words",)
    date_hierarchy = "created_at"
    fieldsets = (
        fieldset(None, "user kind name query"),
        fieldset(_("When"), "frequency created_at query_changed_at watermark next_at"),
    )
