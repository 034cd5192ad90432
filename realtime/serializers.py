from rest_framework import serializers


class TicketSerializer(serializers.Serializer):
    """Opens one socket at `/ws`, once and soon."""

    ticket = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds")
