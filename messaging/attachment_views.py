"""Private pictures of messages: upload and download."""

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.response import Response

from core.api.parsers import FormParser
from core.api.schema import error_codes
from core.api.viewsets import ApiViewSet
from messaging import links
from messaging.serializers import AttachmentSerializer
from uploads import services as uploads
from uploads import storage
from uploads.examples import UPLOAD
from uploads.models import Upload
from uploads.serializers import UploadInput

ATTACHED = inline_serializer(
    "AttachmentUploaded",
    {"message": serializers.CharField(), "attachment": AttachmentSerializer()},
)
CACHE_CONTROL = f"private, max-age={links.LIFETIME_S}"


class AttachmentViewSet(ApiViewSet):
    """Private pictures: uploaded first, then named by the message that shows them."""

    queryset = Upload.objects.filter(is_private=True)
    serializer_class = AttachmentSerializer
    input_serializers = {"create": UploadInput}
    examples = {"create": UPLOAD}
    public_actions = frozenset({"retrieve"})  # the signature authorizes
    throttle_scopes = {"create": "upload"}
    parser_classes = [FormParser]

    @extend_schema(
        operation_id="messages_uploadAttachment",
        summary="Upload a picture for a message",
        extensions=error_codes(
            s400=["too_many_pixels", "incomplete_picture"], s503=["storage_unavailable"]
        ),
        request=UploadInput,
        responses={201: ATTACHED},
    )
    def create(self, request):
        file = self.validated_input()["file"]
        upload = uploads.create(file, owner=request.user, is_private=True)
        answer = {"message": _("Uploaded."), "attachment": self._render(upload)}
        return Response(answer, status=201)

    @extend_schema(
        operation_id="messages_getAttachment",
        summary="Get the bytes of an attachment by its signed address",
        auth=[],
        extensions=error_codes(s503=["storage_unavailable"]),
        parameters=[OpenApiParameter("signature", str)],
        responses={
            (200, "image/*"): OpenApiResponse(
                OpenApiTypes.BINARY, description="The file. 404 after five minutes."
            )
        },
    )
    def retrieve(self, request, pk):
        name = links.file_name(int(pk), request.query_params.get("signature", ""))
        return storage.serve(name, cache_control=CACHE_CONTROL)

    def _render(self, upload: Upload) -> dict:
        return self.get_serializer(upload).data
