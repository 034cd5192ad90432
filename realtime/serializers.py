"""The ticket as the API shows it."""

from rest_framework import serializers


class TicketSerializer(serializers.Serializer):
    """A one-time ticket for one connection to `/ws`."""

    ticket = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")
