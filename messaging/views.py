from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from accounts.models import Block
from core.api.pagination import PersonalPages
from core.api.schema import MESSAGE, REFUSED
from core.api.viewsets import ApiViewSet
from messaging import blocks, links, services
from messaging.models import Conversation, Message
from messaging.pagination import MessagePages
from messaging.serializers import (
    AttachmentSerializer,
    BlockSerializer,
    ConversationSerializer,
    EditInput,
    MessageInput,
    MessageSerializer,
    StartInput,
)
from uploads import services as uploads
from uploads import storage
from uploads.models import Upload
from uploads.serializers import UploadInput

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
ATTACHED = inline_serializer(
    "AttachmentUploaded",
    {"message": serializers.CharField(), "attachment": AttachmentSerializer()},
)
BLOCKED = inline_serializer(
    "PersonBlocked", {"message": serializers.CharField(), "block": BlockSerializer()}
)
MINUTES = f"private, max-age={links.SECONDS}"


class ConversationViewSet(ApiViewSet):
    """One's own conversations: one with each person, whatever it is about."""

    queryset = Conversation.objects.latest_first()
    serializer_class = ConversationSerializer
    pagination_class = PersonalPages
    list_key = "conversations"
    input_serializers = {"create": StartInput, "send": MessageInput}

    @extend_schema(summary="One's conversations, the latest first")
    def list(self, request):
        return self.list_response(self._for_display())

    @extend_schema(summary="One conversation", responses=FOUND)
    def retrieve(self, request, pk):
        return Response({"conversation": self._seen(self.get_object())})

    @extend_schema(
        summary="Write to a person; finds the conversation there is",
        responses={200: STARTED, 201: STARTED},
    )
    def create(self, request):
        talk, is_new = services.start(sender=request.user, **self.validated_input())
        answer = {"conversation": self._seen(talk), "existing": not is_new}
        return Response(answer, status=201 if is_new else 200)

    @extend_schema(
        summary="Messages: the newest page first, in the order written",
        description="Counts what it shows as read by the caller, but with `after`.",
        responses=MessageSerializer(many=True),
    )
    @action(detail=True, list_key="messages", pagination_class=MessagePages)
    def messages(self, request, pk):
        talk = self.get_object()
        page = self.paginate_queryset(talk)
        if page and not self.paginator.is_catching_up:
            services.read(talk, reader=request.user, up_to=page[-1].seq)
        return self.get_paginated_response(self._shown(page, many=True))

    @extend_schema(
        summary="Write a message",
        description="200 and the message of then when `client_msg_id` was used before.",
        responses={200: SENT, 201: SENT},
    )
    @messages.mapping.post
    def send(self, request, pk):
        message, is_new = services.send(
            self.get_object(), sender=request.user, **self.validated_input()
        )
        answer = {"message": self._shown(message)}
        return Response(answer, status=201 if is_new else 200)

    @extend_schema(summary="Count everything as read", request=None, responses=ALL_READ)
    @action(detail=True, methods=["put"], url_path="read-all")
    def read_all(self, request, pk):
        count = services.read_all(self.get_object(), reader=request.user)
        return Response({"success": True, "messages_marked_read": count})

    def _for_display(self):
        return self.get_queryset().for_display(self.request.user)

    def _seen(self, talk: Conversation) -> dict:
        return self.get_serializer(self._for_display().get(pk=talk.pk)).data

    def _shown(self, messages, *, many: bool = False):
        context = self.get_serializer_context()
        return MessageSerializer(messages, many=many, context=context).data


class MessageViewSet(ApiViewSet):
    """Single messages of one's conversations."""

    queryset = Message.objects.for_display().select_related("conversation")
    serializer_class = MessageSerializer
    input_serializers = {"update": EditInput, "partial_update": EditInput}

    @extend_schema(
        summary="Change the words of a message of one's own",
        description="For 15 minutes; then 409 `too_late`.",
        request=EditInput,
        responses=SENT,
    )
    def update(self, request, pk):
        message = self.get_object()
        services.refuse_strangers(message, request.user)
        edited = services.edit(message, actor=request.user, **self.validated_input())
        return self._answer(edited)

    @extend_schema(
        summary="Change the words of a message (the same as PUT)",
        request=EditInput,
        responses=SENT,
    )
    def partial_update(self, request, pk):
        return self.update(request, pk)

    @extend_schema(
        summary="Delete a message of one's own",
        description="For 15 minutes; then 409 `too_late`. Its place stays, empty.",
        request=None,
        responses=SENT,
    )
    def destroy(self, request, pk):
        return self._answer(services.delete(self.get_object(), actor=request.user))

    @extend_schema(
        summary="Count a message, and those before it, as read",
        request=None,
        responses={200: SENT, 400: REFUSED},
    )
    @action(detail=True, methods=["put"])
    def read(self, request, pk):
        message = self.get_object()
        services.read_one(message, reader=request.user)
        return self._answer(message)

    def _answer(self, message: Message) -> Response:
        return Response({"message": self.get_serializer(message).data})


class UnreadViewSet(ApiViewSet):
    queryset = Conversation.objects.all()

    @extend_schema(summary="How many messages wait for one", responses=UNREAD)
    @action(detail=False, url_path="unread-count", pagination_class=None)
    def unread_count(self, request):
        count = Conversation.objects.total_unread(request.user)
        return Response({"unread_count": count})


class AttachmentViewSet(ApiViewSet):
    """Private pictures: uploaded first, and then named by the message they go with."""

    queryset = Upload.objects.filter(is_private=True)
    serializer_class = AttachmentSerializer
    input_serializers = {"create": UploadInput}
    public_actions = frozenset({"retrieve"})  # the signature says who may
    throttle_scopes = {"create": "upload"}
    parser_classes = [MultiPartParser]

    @extend_schema(
        summary="Upload a picture for a message",
        request=UploadInput,
        responses={201: ATTACHED},
    )
    def create(self, request):
        file = self.validated_input()["file"]
        upload = uploads.create(file, owner=request.user, is_private=True)
        answer = {"message": _("Uploaded."), "attachment": self._shown(upload)}
        return Response(answer, status=201)

    @extend_schema(
        summary="The picture itself, by its signed address",
        parameters=[OpenApiParameter("signature", str)],
        responses={
            200: OpenApiResponse(
                OpenApiTypes.BINARY, description="The bytes. 404 after five minutes."
            )
        },
    )
    def retrieve(self, request, pk):
        name = links.file_of(int(pk), request.query_params.get("signature", ""))
        return storage.serve(name, cache_control=MINUTES)

    def _shown(self, upload: Upload) -> dict:
        return self.get_serializer(upload).data


class BlockViewSet(ApiViewSet):
    """People whom one blocks."""

    queryset = Block.objects.for_display().newest_first()
    serializer_class = BlockSerializer
    pagination_class = PersonalPages
    list_key = "blocks"

    @extend_schema(summary="People whom one blocks, the latest first")
    def list(self, request):
        return self.list_response(self.get_queryset())


class BlockingViewSet(ApiViewSet):
    queryset = Block.objects.for_display()
    serializer_class = BlockSerializer

    @extend_schema(
        summary="Block a person: no messages either way",
        request=None,
        responses={200: BLOCKED, 201: BLOCKED, 400: REFUSED},
    )
    @action(detail=True, methods=["post"])
    def block(self, request, pk):
        block, is_new = blocks.block(blocker=request.user, user_id=int(pk))
        answer = {"message": _("Blocked."), "block": self.render(block)}
        return Response(answer, status=201 if is_new else 200)

    @extend_schema(summary="Take a block back", request=None, responses={200: MESSAGE})
    @block.mapping.delete
    def unblock(self, request, pk):
        blocks.unblock(blocker=request.user, user_id=int(pk))
        return Response({"message": _("Not blocked any more.")})
