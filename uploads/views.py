from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from core.api.viewsets import ApiViewSet
from uploads import services, storage
from uploads.models import Upload
from uploads.serializers import UploadInput, UploadSerializer

IMMUTABLE = "public, max-age=31536000, immutable"  # keys are never reused
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
    throttle_scopes = {"create": "upload", "image": "upload"}
    parser_classes = [MultiPartParser]
    lookup_field = "key"
    lookup_value_regex = r"[0-9a-f]{32}(?:_t)?\.[a-z]{3,4}"

    def get_queryset(self):
        return self.queryset.filter(owner=self.request.user.pk, is_private=False)

    @extend_schema(
        summary="Upload a picture", responses={201: UPLOADED}, request=UploadInput
    )
    def create(self, request):
        upload = services.create(self.validated_input()["file"], owner=request.user)
        answer = {"message": _("Uploaded."), **UploadSerializer(upload).data}
        return Response(answer, status=201)

    @extend_schema(
        summary="Upload a picture (the same)",
        responses={201: UPLOADED},
        request=UploadInput,
    )
    @action(detail=False, methods=["post"])
    def image(self, request):
        return self.create(request)

    @extend_schema(
        summary="The picture itself",
        responses={
            200: OpenApiResponse(
                OpenApiTypes.BINARY,
                description="The image file, cacheable without limit.",
            )
        },
    )
    def retrieve(self, request, key):
        return storage.serve(key, cache_control=IMMUTABLE)

    @extend_schema(summary="Delete a picture of one's own", request=None)
    def destroy(self, request, key):
        services.delete(self.get_object())
        return Response({"message": _("Deleted.")})
