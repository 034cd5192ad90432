"""Admin pages of reviews."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from core.admin.base import fieldset, link_column, status_column
from core.admin.changelists import CachedValuesFilter
from items.admin import MODERATION_FIELDSET
from reviews.models import Review
from reviews.workflow import MODERATION


@admin.register(Review)
class ReviewAdmin(AuditedAdmin):
    """Staff can hide and restore reviews, not edit them."""

    workflows = (MODERATION,)
    list_display = (
        "id",
        link_column("reviewer"),
        link_column("reviewed_user"),
        "rating",
        "content",
        status_column("moderation"),
        "is_verified",
        "created_at",
    )
    list_filter = (
        ("rating", CachedValuesFilter),
        "moderation",
        "review_type",
        "created_at",
    )
    list_select_related = ("reviewer", "reviewed_user")
    search_fields = (
        "content__contains_words",
        "reviewer__search_text__words",
        "reviewed_user__search_text__words",
    )
    fieldsets = (
        fieldset(
            None,
            "reviewer reviewed_user rating content task listing review_type "
            "is_verified created_at updated_at",
        ),
        MODERATION_FIELDSET,
    )

    @admin.display(description=_("verified"), boolean=True)
    def is_verified(self, review: Review) -> bool:
        """Return whether the review is about a completed task."""
        return review.verified
