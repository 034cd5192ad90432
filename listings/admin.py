from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from audit.admin import MODERATION_SECTION, AuditedAdmin
from listings.models import Listing
from listings.workflow import LISTING_WORKFLOW, MODERATION
from marketplace.core.admin import badge, linked, section
from uploads.admin import ShowsPictures


@admin.register(Listing)
class ListingAdmin(ShowsPictures, AuditedAdmin):
    workflows = (LISTING_WORKFLOW, MODERATION)
    editable = (
        "title",
        "description",
        "category",
        "subcategory",
        "tags",
        "location",
        "is_featured",
    )
    private = ("address", "latitude", "longitude")
    list_display = (
        "title",
        linked("seller"),
        "category",
        "price",
        badge("status"),
        badge("moderation"),
        "location",
        "views_count",
        "created_at",
    )
    list_filter = ("status", "moderation", "is_featured", "condition", "created_at")
    list_select_related = ("seller",)
    search_fields = ("search_text__words",)
    fieldsets = (
        section(
            None,
            "title description category subcategory tags seller price currency "
            "is_negotiable condition pictures contact_info",
        ),
        section(
            _("Standing"),
            "status is_featured views_count created_at updated_at expires_at",
        ),
        MODERATION_SECTION,
        section(_("Place"), "location address latitude longitude"),
    )
