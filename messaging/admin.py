"""Read-only admin pages of conversations and messages, and blocks."""

from django.contrib import admin
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.models import Block
from audit.admin import AuditedAdmin
from core.admin.base import Admin, ReadOnlyInline, fieldset, link_column
from messaging.links import signed_path
from messaging.models import Conversation, Message, MessageVersion
from messaging.querysets import SUBJECTS
from uploads.models import Upload

SUBJECT = " ".join(SUBJECTS)


@admin.register(Conversation)
class ConversationAdmin(AuditedAdmin):
    """Conversations, without their messages."""

    list_display = (
        "id",
        link_column("participant_1"),
        link_column("participant_2"),
        "last_seq",
        "updated_at",
    )
    list_select_related = ("participant_1", "participant_2")
    search_fields = (
        "participant_1__search_text__words",
        "participant_2__search_text__words",
    )
    fieldsets = (
        fieldset(None, f"participant_1 participant_2 started_by last_seq {SUBJECT}"),
        fieldset(None, "created_at updated_at"),
    )


class VersionInline(ReadOnlyInline):
    """The texts of a message before its edits."""

    model = MessageVersion
    fields = ("content", "replaced_at")
    verbose_name_plural = _("Previous versions")


@admin.register(Message)
class MessageAdmin(AuditedAdmin):
    """Shows the text of deleted messages, too."""

    list_display = (
        "id",
        "conversation",
        link_column("sender"),
        "content",
        "state",
        "created_at",
    )
    list_filter = (
        ("deleted_at", admin.EmptyFieldListFilter),
        ("edited_at", admin.EmptyFieldListFilter),
        "created_at",
    )
    list_select_related = (
        "sender",
        "conversation__participant_1",
        "conversation__participant_2",
    )
    search_fields = ("sender__search_text__words",)
    fieldsets = (
        fieldset(None, f"conversation seq sender state content pictures {SUBJECT}"),
        fieldset(None, "created_at edited_at deleted_at"),
    )
    inlines = (VersionInline,)

    @display(
        description=_("status"),
        label={"deleted": "danger", "edited": "warning", "written": ""},
    )
    def state(self, message: Message) -> tuple[str, str | Promise]:
        """Return the key and the label of the column."""
        if message.is_deleted:
            return "deleted", _("Deleted")
        if message.edited_at:
            return "edited", _("Edited")
        return "written", _("Written")

    @admin.display(description=_("pictures"))
    def pictures(self, message: Message) -> str:
        """Return the thumbnails as HTML, also those of a deleted message."""
        shown = message.attachments.select_related("upload")
        row = format_html_join("", "{}", ((_picture(one.upload),) for one in shown))
        return format_html('<div class="flex flex-wrap gap-4">{}</div>', row)


def _picture(upload: Upload) -> str:
    small = signed_path(upload, small=True, for_staff=True)
    picture = '<a href="{}"><img src="{}" alt="" class="max-h-80 rounded-default"></a>'
    return format_html(picture, signed_path(upload, for_staff=True), small)


@admin.register(Block)
class BlockAdmin(Admin):
    """Blocks between users."""

    list_display = ("id", link_column("blocker"), link_column("blocked"), "created_at")
    list_select_related = ("blocker", "blocked")
    search_fields = ("blocker__username", "blocked__username")
