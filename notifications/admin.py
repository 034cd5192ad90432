"""Notifications and preferences in the admin, read-only."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.admin.base import Admin, fieldset, link_column
from notifications.models import Notification, Preference


@admin.register(Notification)
class NotificationAdmin(Admin):
    """Notifications, without their parameters, which are private."""

    private = ("params",)
    list_display = (
        "created_at",
        link_column("recipient"),
        "kind",
        "subject_type",
        "subject_id",
        "in_app",
        "read_at",
    )
    list_display_links = ("created_at",)
    list_filter = ("kind", "subject_type", "in_app")
    list_select_related = ("recipient",)
    search_fields = ("recipient__username",)
    date_hierarchy = "created_at"
    fieldsets = (
        fieldset(None, "recipient kind subject_type subject_id params"),
        fieldset(_("When"), "created_at read_at in_app dedup_key"),
    )


@admin.register(Preference)
class PreferenceAdmin(Admin):
    """The channels that people have chosen."""

    list_display = ("id", link_column("user"), "group", "in_app", "email")
    list_filter = ("group", "in_app", "email")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    fieldsets = (fieldset(None, "user group in_app email"),)
