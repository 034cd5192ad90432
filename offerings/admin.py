"""Admin pages of offerings."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from core.admin.base import fieldset, link_column, status_column
from core.api.fields import NewCategoryField, OptionalMultiLineField
from items.admin import ITEM_FIELDSET, CategorizedMixin, CategoryFilter
from offerings.models import Offering
from offerings.workflow import MODERATION, OFFERING_WORKFLOW
from uploads.admin import PicturesMixin


@admin.register(Offering)
class OfferingAdmin(CategorizedMixin, PicturesMixin, AuditedAdmin):
    """Offerings."""

    input_fields = {
        "category": NewCategoryField(),
        "availability": OptionalMultiLineField(),
        "experience": OptionalMultiLineField(),
    }
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
        "first_picture",
        link_column("creator"),
        "category_name",
        "price",
        "price_type",
        status_column("status"),
        status_column("moderation"),
        "location",
        "created_at",
    )
    list_filter = ("status", "moderation", CategoryFilter, "price_type", "created_at")
    list_select_related = ("creator",)
    search_fields = ("search_text__words", "creator__search_text__words")
    fieldsets = (
        fieldset(
            None,
            "title description category category_name attribute_list "
            "creator price price_type currency "
            "availability experience service_radius pictures",
        ),
        fieldset(_("Status"), "status contact_count created_at updated_at"),
        ITEM_FIELDSET,
        fieldset(_("Place"), "location address latitude longitude"),
    )
