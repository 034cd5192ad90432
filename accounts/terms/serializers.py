"""The terms in requests and answers."""

from rest_framework import serializers

from core.api.fields import Input, TextField


class TermsInput(Input):
    """The version that the caller has read."""

    version = TextField(max_length=30)


class TermsSerializer(serializers.Serializer):
    """The current version of the terms."""

    version = serializers.CharField()
    url = serializers.CharField(help_text="Where they can be read; empty if nowhere.")
    accepted_at = serializers.DateTimeField(
        allow_null=True, help_text="When the caller accepted this version."
    )
