"""The admin page of exports, read-only, and their request on the page of a person."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin import UserAdmin
from core.admin.actions import ReasonedAction
from core.admin.base import VIEW_PRIVATE, Admin, fieldset, link_column
from privacy import services
from privacy.models import Export

UserAdmin.reasoned_actions += (
    ReasonedAction(
        name="export",
        label=_("Send their data"),
        run=services.request_for,
        in_bulk=False,
        permissions=(VIEW_PRIVATE,),
    ),
)


@admin.register(Export)
class ExportAdmin(Admin):
    """Without the name of the file: staff have no need to open it."""

    list_display = ("id", link_column("user"), "status", "size", "created_at")
    list_filter = ("status",)
    list_select_related = ("user",)
    search_fields = ("user__search_text__words",)
    fieldsets = (fieldset(None, "user status size created_at ready_at expires_at"),)
