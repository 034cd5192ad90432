from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from audit.admin import MODERATION_SECTION, AuditedAdmin
from marketplace.core.admin import badge, linked, section
from marketplace.core.changelists import RememberedValuesFilter
from reviews.models import Review
from reviews.workflow import MODERATION


@admin.register(Review)
class ReviewAdmin(AuditedAdmin):
    """Words and stars are the reviewer's own: staff hide or show them, no more."""

    workflows = (MODERATION,)
    list_display = (
        "id",
        linked("reviewer"),
        linked("reviewed_user"),
        "rating",
        "content",
        badge("moderation"),
        "is_verified",
        "created_at",
    )
    list_filter = (
        ("rating", RememberedValuesFilter),
        "moderation",
        "review_type",
        "created_at",
    )
    list_select_related = ("reviewer", "reviewed_user")
    search_fields = (
        "content__mentions",
        "reviewer__search_text__words",
        "reviewed_user__search_text__words",
    )
    fieldsets = (
        section(
            None,
            "reviewer reviewed_user rating content task listing review_type "
            "is_verified created_at updated_at",
        ),
        MODERATION_SECTION,
    )

    @admin.display(description=_("verified"), boolean=True)
    def is_verified(self, review: Review) -> bool:
        return review.verified
