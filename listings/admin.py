"""Admin pages of listings."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from core.admin.base import fieldset, link_column, status_column
from core.api.fields import NewCategoryField
from core.api.list_fields import CommaSeparatedField
from items.admin import MODERATION_FIELDSET
from listings.models import Listing
from listings.workflow import LISTING_WORKFLOW, MODERATION
from uploads.admin import PicturesMixin


@admin.register(Listing)
class ListingAdmin(PicturesMixin, AuditedAdmin):
    """Listings."""

    input_fields = {
        "category": NewCategoryField(),
        "tags": CommaSeparatedField(),
    }
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
        link_column("seller"),
        "category",
        "price",
        status_column("status"),
        status_column("moderation"),
        "location",
        "views_count",
        "created_at",
    )
    list_filter = ("status", "moderation", "is_featured", "condition", "created_at")
    list_select_related = ("seller",)
    search_fields = ("search_text__words",)
    fieldsets = (
        fieldset(
            None,
            "title description category subcategory tags seller price currency "
            "is_negotiable condition pictures contact_info",
        ),
        fieldset(
            _("Status"),
            "status is_featured views_count created_at updated_at expires_at",
        ),
        MODERATION_FIELDSET,
        fieldset(_("Place"), "location address latitude longitude"),
    )
