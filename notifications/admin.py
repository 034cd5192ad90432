"""What people were told, to read only."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from marketplace.core.admin import Admin, linked, section
from notifications.models import Notification, Preference


@admin.register(Notification)
class NotificationAdmin(Admin):
    private = ("facts",)
    list_display = (
        "created_at",
        linked("recipient"),
        "kind",
        "subject_type",
        "subject_id",
        "is_listed",
        "read_at",
    )
    list_display_links = ("created_at",)
    list_filter = ("kind", "subject_type", "is_listed")
    list_select_related = ("recipient",)
    search_fields = ("recipient__username",)
    date_hierarchy = "created_at"
    fieldsets = (
        section(None, "recipient kind subject_type subject_id facts"),
        section(_("When"), "created_at read_at is_listed key"),
    )


@admin.register(Preference)
class PreferenceAdmin(Admin):
    list_display = ("id", linked("user"), "group", "in_app", "email")
    list_filter = ("group", "in_app", "email")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    fieldsets = (section(None, "user group in_app email"),)
