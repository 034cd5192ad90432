"""Admin pages of listings."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from core.admin.base import fieldset, link_column, status_column
from core.api.fields import NewCategoryField
from core.api.list_fields import CommaSeparatedField
from items.admin import ITEM_FIELDSET, CategorizedMixin, CategoryFilter
from listings.models import Listing
from listings.workflow import LISTING_WORKFLOW, MODERATION
from uploads.admin import PicturesMixin


@admin.register(Listing)
class ListingAdmin(CategorizedMixin, PicturesMixin, AuditedAdmin):
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
        "first_picture",
        link_column("seller"),
        "category_name",
        "price",
        status_column("status"),
        status_column("moderation"),
        "location",
        "views_count",
        "created_at",
    )
    list_filter = (
        "status",
        "moderation",
        CategoryFilter,
        "is_featured",
        "condition",
        "created_at",
    )
    list_select_related = ("seller",)
    search_fields = ("search_text__words", "seller__search_text__words")
    fieldsets = (
        fieldset(
            None,
            "title description category category_name attribute_list "
            "subcategory tags seller price currency "
            "is_negotiable condition pictures contact_info",
        ),
        fieldset(
            _("Status"),
            "status is_featured views_count created_at updated_at expires_at",
        ),
        ITEM_FIELDSET,
        fieldset(_("Place"), "location address latitude longitude"),
    )
