"""Serializers of uploads."""

from rest_framework import serializers

from core.api.fields import HasSchema, Input
from core.api.output import Output


class PictureFile(HasSchema, serializers.FileField):
    """The file of an upload, in the form of a request."""

    schema = {"type": "string", "format": "binary"}


class UploadInput(Input):
    """A picture to upload."""

    ignored_fields = frozenset({"message", "url", "path", "filename"})
    file = PictureFile(
        help_text="A JPEG, PNG, WebP, GIF, HEIC or AVIF of at most 5 MB."
    )


class UploadSerializer(Output):
    """An uploaded picture."""

    url = serializers.CharField(help_text="Path to store in an item.")
    path = serializers.CharField(source="url", help_text="The same as `url`.")
    thumbnail_url = serializers.CharField()
    filename = serializers.CharField(source="key")
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes")
    width = serializers.IntegerField(help_text="Pixels")
    height = serializers.IntegerField(help_text="Pixels")
