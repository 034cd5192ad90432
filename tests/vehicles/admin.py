from audit.admin import AuditedAdmin
from core.admin.base import fieldset, status_column
from items.admin import MODERATION_FIELDSET
from tests.vehicles.workflow import MODERATION, VEHICLE_WORKFLOW


class VehicleAdmin(AuditedAdmin):
    workflows = (VEHICLE_WORKFLOW, MODERATION)
    list_display = ("title", status_column("status"), "price", "created_at")
    search_fields = ("search_text__words",)
    fieldsets = (
        fieldset(None, "title description category creator price status"),
        MODERATION_FIELDSET,
    )
