"""Answers of the API about trust."""

from rest_framework import serializers


class LimitsSerializer(serializers.Serializer):
    """Numbers for 24 hours."""

    posts = serializers.IntegerField(help_text="Of one type: listings, for example.")
    pictures = serializers.IntegerField()
    conversations = serializers.IntegerField(help_text="That one starts.")


class TrustSerializer(serializers.Serializer):
    """How far the caller is trusted, and what they may do in a day."""

    level = serializers.IntegerField(min_value=0, max_value=3)
    limits = LimitsSerializer()
    used = LimitsSerializer()
    next = serializers.ListField(
        child=serializers.CharField(),
        help_text="What is needed for the next level, in sentences.",
    )
