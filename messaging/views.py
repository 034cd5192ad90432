from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from marketplace.core.pagination import PersonalPages
from marketplace.core.viewsets import ApiViewSet
from messaging import services
from messaging.models import Conversation, Message
from messaging.pagination import MessagePages
from messaging.serializers import (
    ConversationSerializer,
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
    """One's own conversations: one with each person, whatever it is about."""

    queryset = Conversation.objects.latest_first()
    serializer_class = ConversationSerializer
    pagination_class = PersonalPages
    envelope = "conversations"
    inputs = {"create": StartInput, "send": MessageInput}

    @extend_schema(summary="One's conversations, the latest first")
    def list(self, request):
        return self.listed(self._for_display())

    @extend_schema(summary="One conversation", responses=FOUND)
    def retrieve(self, request, pk):
        return Response({"conversation": self._seen(self.get_object())})

    @extend_schema(
        summary="Write to a person; finds the conversation there is",
        responses={200: STARTED, 201: STARTED},
    )
    def create(self, request):
        talk, is_new = services.start(sender=request.user, **self.read_input())
        answer = {"conversation": self._seen(talk), "existing": not is_new}
        return Response(answer, status=201 if is_new else 200)

    @extend_schema(
        summary="Messages: the newest page first, in the order written",
        description="Counts what it shows as read by the caller.",
        responses=MessageSerializer(many=True),
    )
    @action(detail=True, envelope="messages", pagination_class=MessagePages)
    def messages(self, request, pk):
        talk = self.get_object()
        page = self.paginate_queryset(talk.messages.for_display().latest_first())
        if page:
            services.read(talk, reader=request.user, up_to=page[-1].seq)
        return self.get_paginated_response(self._shown(page, many=True))

    @extend_schema(summary="Write a message", responses={201: SENT})
    @messages.mapping.post
    def send(self, request, pk):
        message = services.send(
            self.get_object(), sender=request.user, **self.read_input()
        )
        return Response({"message": self._shown(message)}, status=201)

    @extend_schema(summary="Count everything as read", request=None, responses=ALL_READ)
    @action(detail=True, methods=["put"], url_path="read-all")
    def read_all(self, request, pk):
        count = services.read_all(self.get_object(), reader=request.user)
        return Response({"success": True, "messages_marked_read": count})

    def _for_display(self):
        return self.get_queryset().for_display().with_unread_count(self.request.user)

    def _seen(self, talk: Conversation) -> dict:
        return self.get_serializer(self._for_display().get(pk=talk.pk)).data

    def _shown(self, messages, *, many: bool = False):
        context = self.get_serializer_context()
        return MessageSerializer(messages, many=many, context=context).data


class MessageViewSet(ApiViewSet):
    queryset = Message.objects.for_display()
    serializer_class = MessageSerializer

    @extend_schema(summary="How many messages wait for one", responses=UNREAD)
    @action(detail=False, url_path="unread-count", pagination_class=None)
    def unread_count(self, request):
        count = Conversation.objects.total_unread(request.user)
        return Response({"unread_count": count})

    @extend_schema(
        summary="Count a message, and those before it, as read",
        request=None,
        responses=SENT,
    )
    @action(detail=False, methods=["put"], url_path=r"messages/(?P<pk>\d{1,18})/read")
    def read(self, request, pk):
        message = self.get_object()
        services.read_one(message, reader=request.user)
        return Response({"message": self.get_serializer(message).data})
