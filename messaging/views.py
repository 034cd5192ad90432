"""Conversations, their messages, and the unread count."""

from typing import cast

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from core.api.pagination import PersonalPages
from core.api.schema import error_codes
from core.api.viewsets import ApiViewSet
from core.db import shared_queries
from messaging import examples, reading, services
from messaging.models import Conversation, Message
from messaging.pagination import MessagePages
from messaging.serializers import (
    ConversationSerializer,
    EditInput,
    MessageInput,
    MessageSerializer,
    StartInput,
)

FOUND = inline_serializer(
    "ConversationFound", {"conversation": ConversationSerializer()}
)
STARTED = inline_serializer(
    "ConversationStarted",
    {"conversation": ConversationSerializer(), "existing": serializers.BooleanField()},
)
SENT = inline_serializer("MessageSent", {"message": MessageSerializer()})
ALL_READ = inline_serializer(
    "ConversationRead",
    {
        "success": serializers.BooleanField(),
        "messages_marked_read": serializers.IntegerField(),
    },
)
UNREAD = inline_serializer("Unread", {"unread_count": serializers.IntegerField()})


class ConversationViewSet(ApiViewSet):
    """The caller's conversations: one with each user, whatever its subject."""

    queryset = Conversation.objects.latest_first()
    serializer_class = ConversationSerializer
    pagination_class = PersonalPages
    list_key = "conversations"
    input_serializers = {"create": StartInput, "send": MessageInput}
    examples = examples.CONVERSATIONS

    @extend_schema(
        operation_id="messages_listConversations",
        summary="List the caller's conversations",
        description="The latest first.",
    )
    def list(self, request):
        rows = self.queryset.all()
        found = shared_queries.results(
            "conversations", rows.shown_to, user=request.user
        )
        return self.list_response(found)

    @extend_schema(
        operation_id="messages_getConversation",
        summary="Get a conversation",
        responses=FOUND,
    )
    def retrieve(self, request, pk):
        return Response({"conversation": self._render_conversation(int(pk))})

    @extend_schema(
        operation_id="messages_startConversation",
        summary="Start a conversation with a person",
        description="Two people have one conversation: answers 200 with the existing "
        "one, or 201 with a new one. A message is added to either.",
        extensions=error_codes(
            s403=["blocked"], s409=["unreachable"], s429=["too_many_conversations"]
        ),
        responses={200: STARTED, 201: STARTED},
    )
    def create(self, request):
        conversation, is_new = services.start(
            sender=request.user, **self.validated_input()
        )
        answer = {
            "conversation": self._render_conversation(conversation.pk),
            "existing": not is_new,
        }
        return Response(answer, status=201 if is_new else 200)

    @extend_schema(
        operation_id="messages_listMessages",
        summary="List the messages of a conversation",
        description="Page 1 holds the newest; within a page the oldest comes first. "
        "Marks the messages shown as read, except with `after`.",
        responses=MessageSerializer(many=True),
    )
    @action(detail=True, list_key="messages", pagination_class=MessagePages)
    def messages(self, request, pk):
        conversation = self.get_object()
        page = self.paginate_queryset(conversation)
        pages = cast(MessagePages, self.paginator)
        if page and not pages.is_catching_up:
            reading.read(conversation, reader=request.user, up_to=page[-1].seq)
        return self.get_paginated_response(self._render_messages(page, many=True))

    @extend_schema(
        operation_id="messages_sendMessage",
        summary="Send a message",
        description="Answers 200 with the earlier message when `client_msg_id` was "
        "used before.",
        extensions=error_codes(s403=["blocked"], s409=["unreachable"]),
        responses={200: SENT, 201: SENT},
    )
    @messages.mapping.post
    def send(self, request, pk):
        message, is_new = services.send(
            self.get_object(), sender=request.user, **self.validated_input()
        )
        answer = {"message": self._render_messages(message)}
        return Response(answer, status=201 if is_new else 200)

    @extend_schema(
        operation_id="messages_markConversationRead",
        summary="Mark all messages of a conversation as read",
        request=None,
        responses=ALL_READ,
    )
    @action(detail=True, methods=["put"], url_path="read-all")
    def read_all(self, request, pk):
        count = reading.read_all(self.get_object(), reader=request.user)
        return Response({"success": True, "messages_marked_read": count})

    def _render_conversation(self, pk: int) -> dict:
        """Return a conversation as its reader sees it; 404 unless they take part."""
        found = shared_queries.get_or_404(
            "conversation",
            lambda user, pk: Conversation.objects.shown_to(user).filter(pk=pk),
            user=self.request.user,
            pk=pk,
        )
        return self.get_serializer(found).data

    def _render_messages(self, messages, *, many: bool = False):
        context = self.get_serializer_context()
        return MessageSerializer(messages, many=many, context=context).data


class MessageViewSet(ApiViewSet):
    """Single messages of the caller's conversations."""

    queryset = Message.objects.for_display().select_related("conversation")
    serializer_class = MessageSerializer
    input_serializers = {"update": EditInput, "partial_update": EditInput}
    examples = examples.MESSAGES

    @extend_schema(
        operation_id="messages_editMessageByPut",
        summary="Edit a message",
        description="Its sender can, for 15 minutes; then 409 `too_late`.",
        extensions=error_codes(s409=["too_late"]),
        request=EditInput,
        responses=SENT,
    )
    def update(self, request, pk):
        message = self.get_object()
        services.require_sender(message, request.user)
        edited = services.edit(message, actor=request.user, **self.validated_input())
        return self._respond(edited)

    @extend_schema(
        operation_id="messages_editMessage",
        summary="Edit a message",
        description="Its sender can, for 15 minutes; then 409 `too_late`.",
        extensions=error_codes(s409=["too_late"]),
        request=EditInput,
        responses=SENT,
    )
    def partial_update(self, request, pk):
        return self.update(request, pk)

    @extend_schema(
        operation_id="messages_deleteMessage",
        summary="Delete a message",
        description="Its sender can, for 15 minutes; then 409 `too_late`. The message "
        "stays in the list without content.",
        request=None,
        responses={200: SENT},
        extensions=error_codes(s409=["too_late"]),
    )
    def destroy(self, request, pk):
        return self._respond(services.delete(self.get_object(), actor=request.user))

    @extend_schema(
        operation_id="messages_markMessageRead",
        summary="Mark a message and those before it as read",
        request=None,
        responses={200: SENT},
        extensions=error_codes(s400=[]),
    )
    @action(detail=True, methods=["put"])
    def read(self, request, pk):
        message = self.get_object()
        reading.read_one(message, reader=request.user)
        return self._respond(message)

    def _respond(self, message: Message) -> Response:
        return Response({"message": self.get_serializer(message).data})


class UnreadViewSet(ApiViewSet):
    """The number of unread messages."""

    queryset = Conversation.objects.all()

    @extend_schema(
        operation_id="messages_countUnread",
        summary="Count unread messages",
        responses=UNREAD,
    )
    @action(detail=False, url_path="unread-count", pagination_class=None)
    def unread_count(self, request):
        return Response({"unread_count": reading.count_unread(request.user)})
