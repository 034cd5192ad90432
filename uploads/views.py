"""The viewset of uploads."""

from typing import TYPE_CHECKING, Any, cast

from django.db.models import QuerySet
from django.http import HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.parsers import FormParser
from core.api.schema import error_codes
from core.api.viewsets import ApiViewSet
from uploads import examples, services, storage
from uploads.models import Upload
from uploads.serializers import UploadInput, UploadSerializer

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User  # AUTH_USER_MODEL, for mypy

# Staff can remove a picture: copies are asked about again after a minute.
CACHE_CONTROL = "public, max-age=60, must-revalidate"
UPLOADED = inline_serializer(
    "Uploaded",
    {
        "message": serializers.CharField(),
        **UploadSerializer().get_fields(),
    },
)


class UploadViewSet(ApiViewSet):
    """Images: upload, serve, delete."""

    queryset = Upload.objects.all()
    serializer_class = UploadSerializer
    input_serializers = {"create": UploadInput, "image": UploadInput}
    public_actions = frozenset({"retrieve"})
    examples = examples.EXAMPLES
    throttle_scopes = {"create": "upload", "image": "upload"}
    parser_classes = [FormParser]
    lookup_field = "key"
    lookup_value_regex = r"[0-9a-f]{32}(?:_t)?\.[a-z]{3,4}"

    def rows_for(self, reader: Any) -> QuerySet[Upload]:
        return self.queryset.filter(owner=reader.pk, is_private=False)

    @extend_schema(
        operation_id="uploads_uploadPicture",
        summary="Upload a picture",
        responses={201: UPLOADED},
        request=UploadInput,
        extensions=error_codes(
            s400=["too_many_pixels", "incomplete_picture"], s503=["storage_unavailable"]
        ),
    )
    def create(self, request: Request) -> Response:
        owner = cast("User", request.user)  # the action needs a sign-in
        upload = services.create(self.validated_input()["file"], owner=owner)
        answer = {"message": _("Uploaded."), **UploadSerializer(upload).data}
        return Response(answer, status=201)

    @extend_schema(
        operation_id="uploads_uploadPictureAsImage",
        summary="Upload a picture",
        responses={201: UPLOADED},
        request=UploadInput,
        extensions=error_codes(
            s400=["too_many_pixels", "incomplete_picture"], s503=["storage_unavailable"]
        )
        | {"x-canonical": "uploads_uploadPicture"},
    )
    @action(detail=False, methods=["post"])
    def image(self, request: Request) -> Response:
        """The same as `POST /api/uploads`, under another path."""
        return self.create(request)

    @extend_schema(
        operation_id="uploads_getPicture",
        summary="Get the bytes of a picture",
        auth=[],
        extensions=error_codes(s503=["storage_unavailable"]),
        responses={
            (200, "image/*"): OpenApiResponse(
                OpenApiTypes.BINARY,
                description="The image file, cacheable for a minute.",
            )
        },
    )
    def retrieve(self, request: Request, key: str) -> HttpResponseBase:
        services.require_served(key)
        etag = f'"{key}"'  # keys are never reused, so the bytes of a key never change
        headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL}
        if etag in parse_etags(request.headers.get("If-None-Match", "")):
            return HttpResponseNotModified(headers=headers)
        response = storage.serve(key, cache_control=CACHE_CONTROL)
        response["ETag"] = etag
        return response

    @extend_schema(
        operation_id="uploads_deletePicture",
        summary="Delete a picture",
        request=None,
        extensions=error_codes(s409=["upload_in_use"], s503=["storage_unavailable"]),
    )
    def destroy(self, request: Request, key: str) -> Response:
        services.delete(self.get_object())
        return Response({"message": _("Deleted.")})
