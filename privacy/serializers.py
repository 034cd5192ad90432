"""The serializer of exports."""

from rest_framework import serializers

from core.api.output import Output
from privacy import examples
from privacy.models import Export
from privacy.services import download_path


class ExportSerializer(Output):
    """An export of the caller's data."""

    example = examples.EXPORT

    id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Export.Status.choices)
    size = serializers.IntegerField(help_text="Bytes; 0 until it is ready.")
    created_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(
        allow_null=True, help_text="Then it is deleted."
    )
    download_url = serializers.SerializerMethodField()

    def get_download_url(self, export: Export) -> str | None:
        """The full URL of the archive, valid for 24 hours; null until it is ready."""
        return self.absolute(download_path(export))
