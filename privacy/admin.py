"""The admin page of exports, read-only."""

from django.contrib import admin

from core.admin.base import Admin, fieldset, link_column
from privacy.models import Export


@admin.register(Export)
class ExportAdmin(Admin):
    """Without the name of the file: staff have no need to open it."""

    list_display = ("id", link_column("user"), "status", "size", "created_at")
    list_filter = ("status",)
    list_select_related = ("user",)
    search_fields = ("user__search_text__words",)
    fieldsets = (fieldset(None, "user status size created_at ready_at expires_at"),)
