"""Blocks: list them, block a user, unblock a user."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts.models import Block
from core.api.pagination import PersonalPages
from core.api.schema import MESSAGE, error_codes
from core.api.viewsets import ApiViewSet
from messaging import blocks
from messaging.serializers import BlockSerializer

BLOCKED = inline_serializer(
    "PersonBlocked", {"message": serializers.CharField(), "block": BlockSerializer()}
)


class BlockViewSet(ApiViewSet):
    """The users that the caller blocks."""

    queryset = Block.objects.for_display().newest_first()
    serializer_class = BlockSerializer
    pagination_class = PersonalPages
    list_key = "blocks"

    @extend_schema(
        operation_id="users_listBlocks",
        summary="List the people that the caller blocks",
        description="The latest first.",
    )
    def list(self, request):
        return self.list_response(self.personal_results())


class BlockingViewSet(ApiViewSet):
    """Block and unblock a user."""

    queryset = Block.objects.for_display()
    serializer_class = BlockSerializer

    @extend_schema(
        operation_id="users_blockUser",
        summary="Block a person",
        description="Neither can write to the other any more. Answers 200 if the "
        "person is blocked already.",
        request=None,
        responses={200: BLOCKED, 201: BLOCKED},
        extensions=error_codes(s400=[]),
    )
    @action(detail=True, methods=["post"])
    def block(self, request, pk):
        block, is_new = blocks.block(blocker=request.user, user_id=int(pk))
        answer = {"message": _("Blocked."), "block": self.render(block)}
        return Response(answer, status=201 if is_new else 200)

    @extend_schema(
        operation_id="users_unblockUser",
        summary="Unblock a person",
        request=None,
        responses={200: MESSAGE},
    )
    @block.mapping.delete
    def unblock(self, request, pk):
        blocks.unblock(blocker=request.user, user_id=int(pk))
        return Response({"message": _("Unblocked.")})
