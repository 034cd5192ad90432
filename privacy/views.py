"""Viewsets of the rights of people over their data."""

from django.core.files.storage import default_storage
from django.http import FileResponse
from django.http.response import HttpResponseBase
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
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import reauthentication
from accounts.authentication import SignedInRequest
from accounts.devices import device_of
from core.api.schema import error_codes
from core.api.viewsets import ApiViewSet
from core.exceptions import NotFound
from privacy import examples, services
from privacy.models import Export
from privacy.serializers import ExportSerializer
from uploads.storage import storage_errors

REQUESTED = inline_serializer(
    "ExportRequested",
    {"message": serializers.CharField(), "export": ExportSerializer()},
)


class ExportRequestViewSet(ApiViewSet):
    """Requests of exports."""

    queryset = Export.objects.all()
    serializer_class = ExportSerializer
    object_key = "export"
    examples = {"export": {"Answer": [examples.REQUESTED]}}

    @extend_schema(
        operation_id="auth_requestExport",
        summary="Create an export of the caller's data",
        description="Once a day. The person gets an e-mail when it is ready.",
        request=None,
        responses={202: REQUESTED},
        extensions=error_codes(s403=["confirmation_required"]),
    )
    @action(detail=False, methods=["post"])
    def export(self, request: SignedInRequest) -> Response:
        """A zip archive with everything that is stored about the caller."""
        # A stolen token must not be enough to take everything at once.
        reauthentication.require_recent(request)
        export = services.request(request.user, device=device_of(request))
        sentence = _("Your data are being collected.")
        return self.write_response(sentence, export, status=202)


class ExportViewSet(ApiViewSet):
    """The caller's exports."""

    queryset = Export.objects.all()
    serializer_class = ExportSerializer
    public_actions = frozenset({"file"})  # the signature authorizes
    uncacheable = frozenset({"file"})

    @extend_schema(
        operation_id="auth_getExport",
        summary="Get an export",
        description="When it is ready, needs a recent confirmation of the identity.",
        extensions=error_codes(s403=["confirmation_required"]),
    )
    def retrieve(self, request: SignedInRequest, pk: str) -> Response:
        export = self.get_object()
        if export.status == Export.Status.READY:
            # The address in the answer gives everything to whoever has it.
            reauthentication.require_recent(request)
        return Response(self.get_serializer(export).data)

    @extend_schema(
        operation_id="auth_downloadExport",
        summary="Get the archive of an export by its signed address",
        auth=[],
        extensions=error_codes(s503=["storage_unavailable"]),
        parameters=[OpenApiParameter("signature", str)],
        responses={
            (200, "application/zip"): OpenApiResponse(
                OpenApiTypes.BINARY, description="The archive. 404 after 24 hours."
            )
        },
    )
    @action(detail=True, methods=["get"], url_name="file")
    def file(self, request: Request, pk: str) -> HttpResponseBase:
        signature = request.query_params.get("signature", "")
        export = services.find(int(pk), signature)
        try:
            with storage_errors():
                archive = default_storage.open(export.file)
        except FileNotFoundError as error:
            raise NotFound(_("There is no such export.")) from error
        if request.method == "GET":  # HEAD downloads nothing
            services.note_download(export, device_of(request))
        response = FileResponse(
            archive, as_attachment=True, filename=f"export-{export.pk}.zip"
        )
        response["Cache-Control"] = "private, no-store"
        return response
