"""What the serializers of listings, tasks and offerings share."""

from rest_framework import serializers

from core.api.output import Output


class ModerationSerializer(Output):
    """Whether staff hid it and why; only its owner can see anything but visible."""

    is_base = True

    moderation = serializers.CharField()
    moderation_reason = serializers.CharField(allow_blank=True)
