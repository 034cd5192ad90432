from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from audit.admin import MODERATION_SECTION, AuditedAdmin
from marketplace.core.admin import badge, linked, section
from offerings.models import Offering
from offerings.workflow import MODERATION, OFFERING_WORKFLOW
from uploads.admin import ShowsPictures


@admin.register(Offering)
class OfferingAdmin(ShowsPictures, AuditedAdmin):
    workflows = (OFFERING_WORKFLOW, MODERATION)
    editable = (
        "title",
        "description",
        "category",
        "availability",
        "experience",
        "location",
    )
    private = ("address", "latitude", "longitude")
    list_display = (
        "title",
        linked("creator"),
        "category",
        "price",
        "price_type",
        badge("status"),
        badge("moderation"),
        "location",
        "created_at",
    )
    list_filter = ("status", "moderation", "price_type", "created_at")
    list_select_related = ("creator",)
    search_fields = ("search_text__words",)
    fieldsets = (
        section(
            None,
            "title description category creator price price_type currency "
            "availability experience service_radius pictures",
        ),
        section(_("Standing"), "status contact_count created_at updated_at"),
        MODERATION_SECTION,
        section(_("Place"), "location address latitude longitude"),
    )
