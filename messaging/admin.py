"""Admin pages of conversations, with their messages once these are opened; blocks."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.models import Block
from audit.admin import AuditedAdmin
from core.admin.actions import ReasonedAction
from core.admin.base import Admin, fieldset, link_column
from messaging import openings
from messaging.links import signed_path
from messaging.models import Conversation, Message
from messaging.querysets import SUBJECTS
from uploads.admin import in_a_row, linked_picture
from uploads.models import Upload

SUBJECT = " ".join(SUBJECTS)
READ_MESSAGES = "messaging.view_message"
MESSAGES_PER_PAGE = 50


def opening_url(conversation: Conversation, *, reason: str) -> str:
    """Return the page that asks for a reason to read a conversation, with this one."""
    page = reverse(
        "admin:messaging_conversation_action", args=[conversation.pk, "open"]
    )
    return f"{page}?{urlencode({'reason': reason})}"


def messages_context(
    request: HttpRequest,
    conversation: Conversation,
    *,
    reason: str = "",
    until: int | None = None,
) -> dict[str, Any]:
    """Return what `messaging/admin_messages.html` shows of a conversation.

    Its messages are in it only if the reader has opened the conversation, those after
    the one with the id `until` never. `reason` is suggested to whoever opens it.
    """
    is_allowed = request.user.has_perm(READ_MESSAGES)
    is_open = is_allowed and openings.is_open(
        conversation, request.user, at=timezone.now()
    )
    context: dict[str, Any] = {"may_open": is_allowed, "is_open": is_open}
    if is_allowed and not is_open:
        context["opening_url"] = opening_url(conversation, reason=reason)
    if is_open:
        context |= _shown(request, conversation, until)
    return {"staff_messages": context}


def _shown(
    request: HttpRequest, conversation: Conversation, until: int | None
) -> dict[str, Any]:
    rows = Message.objects.filter(conversation=conversation).order_by("seq")
    words = request.GET.get("q", "").replace("\0", " ").strip()[:200]
    if words:
        rows = rows.filter(content__icontains=words)
    if until is not None:
        rows = rows.filter(pk__lte=until)
    rows = rows.select_related("sender").prefetch_related(
        "attachments__upload", "versions"
    )
    pages = Paginator(rows, MESSAGES_PER_PAGE)
    page = pages.get_page(request.GET.get("p", pages.num_pages))
    return {
        "words": words,
        "until": until,
        "page": page,
        "rows": [_row(message, conversation) for message in page],
        "newer": page.next_page_number() if page.has_next() else None,
        "older": page.previous_page_number() if page.has_previous() else None,
    }


def _row(message: Message, conversation: Conversation) -> dict[str, Any]:
    return {
        "message": message,
        "is_right": message.sender_id == conversation.participant_2_id,
        "pictures": private_pictures(one.upload for one in message.attachments.all()),
    }


def private_pictures(shown: Iterable[Upload]) -> str:
    """Return private pictures as staff see them, as HTML."""
    return in_a_row(
        linked_picture(
            signed_path(upload, for_staff=True),
            signed_path(upload, small=True, for_staff=True),
        )
        for upload in shown
    )


@admin.register(Conversation)
class ConversationAdmin(AuditedAdmin):
    """Conversations; whoever reads the messages of one gives a reason before."""

    reasoned_actions = (
        ReasonedAction(
            name="open",
            label=_("Read the messages"),
            run=openings.open_conversation,
            in_bulk=False,
        ),
    )
    change_form_outer_before_template = "messaging/admin_messages.html"
    list_display = (
        "people",
        link_column("participant_1"),
        link_column("participant_2"),
        "last_seq",
        "updated_at",
    )
    list_display_links = ("people",)
    list_select_related = ("participant_1", "participant_2")
    search_fields = (
        "participant_1__search_text__words",
        "participant_2__search_text__words",
    )
    fieldsets = (
        fieldset(None, f"participant_1 participant_2 started_by last_seq {SUBJECT}"),
        fieldset(None, "created_at updated_at"),
    )

    @admin.display(description=_("people"))
    def people(self, conversation: Conversation) -> str:
        """Return the names of both participants."""
        first, second = conversation.participant_1, conversation.participant_2
        return f"{first.display_name} – {second.display_name}"

    def has_action_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Return whether the user may open messages: nothing else can be done."""
        return request.user.has_perm(READ_MESSAGES)

    def page_context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """Return the messages, if they are open."""
        return messages_context(request, obj)


@admin.register(Block)
class BlockAdmin(Admin):
    """Blocks between users."""

    list_display = ("id", link_column("blocker"), link_column("blocked"), "created_at")
    list_select_related = ("blocker", "blocked")
    search_fields = ("blocker__username", "blocked__username")
