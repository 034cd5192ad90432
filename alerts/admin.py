"""Admin pages of saved searches."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from alerts.models import SavedSearch
from core.admin.base import Admin, fieldset, link_column


@admin.register(SavedSearch)
class SavedSearchAdmin(Admin):
    """Read-only. The name and the query are private."""

    private = ("name", "query")
    list_display = (
        "id",
        link_column("user"),
        "item_type",
        "frequency",
        "next_at",
        "watermark",
    )
    list_filter = ("item_type", "frequency")
    list_select_related = ("user",)
    search_fields = ("user__search_text__words",)
    date_hierarchy = "created_at"
    fieldsets = (
        fieldset(None, "user item_type name query"),
        fieldset(_("When"), "frequency created_at query_changed_at watermark next_at"),
    )
