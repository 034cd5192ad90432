"""Staff see who talks to whom; what they say is for those who may see private facts."""

from django.contrib import admin

from audit.admin import AuditedAdmin
from marketplace.core.admin import linked, section
from messaging.models import Conversation, Message

SUBJECT = "task offering listing"


@admin.register(Conversation)
class ConversationAdmin(AuditedAdmin):
    list_display = (
        "id",
        linked("participant_1"),
        linked("participant_2"),
        "last_seq",
        "updated_at",
    )
    list_select_related = ("participant_1", "participant_2")
    search_fields = ("participant_1__username", "participant_2__username")
    fieldsets = (
        section(None, f"participant_1 participant_2 last_seq {SUBJECT}"),
        section(None, "created_at updated_at"),
    )


@admin.register(Message)
class MessageAdmin(AuditedAdmin):
    private = ("content",)
    list_display = ("id", "conversation", linked("sender"), "content", "created_at")
    list_select_related = (
        "sender",
        "conversation__participant_1",
        "conversation__participant_2",
    )
    search_fields = ("sender__username",)
    fieldsets = (
        section(None, f"conversation seq sender content {SUBJECT}"),
        section(None, "created_at"),
    )
