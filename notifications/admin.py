"""Notifications and preferences in the admin, read-only, and messages of staff."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.admin import WRITES_TO_PEOPLE, UserAdmin
from core.admin.actions import MAX_REASON_CHARS, ReasonedAction, ReasonForm
from core.admin.base import Admin, fieldset, link_column
from core.admin.changelists import CachedValuesFilter
from core.admin.fields import InputField
from core.api.fields import OptionalMultiLineField
from notifications.models import Notification, Preference
from notifications.moderation import is_reachable, write_to


class MessageForm(ReasonForm):
    """What staff write to a person."""

    reason = InputField(
        rule=OptionalMultiLineField(),
        label=_("Message"),
        max_length=MAX_REASON_CHARS,
        widget=UnfoldAdminTextareaWidget({"rows": 5}),
        help_text=_("The person reads it in the list of notifications and by e-mail."),
    )


UserAdmin.reasoned_actions += (
    ReasonedAction(
        name="message",
        label=_("Write a message"),
        run=write_to,
        is_possible=is_reachable,
        form=MessageForm,
        in_bulk=False,
        permissions=WRITES_TO_PEOPLE,
    ),
)


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
    list_filter = (
        ("kind", CachedValuesFilter),
        ("subject_type", CachedValuesFilter),
        "in_app",
    )
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
