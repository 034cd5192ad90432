"""Serializers that all types of items share."""

from rest_framework import serializers

from core.api.output import Output


class ModerationSerializer(Output):
    """The staff's decision and its reason. Only the owner sees rows not visible."""

    is_base = True

    moderation = serializers.CharField()
    moderation_reason = serializers.CharField(allow_blank=True)
