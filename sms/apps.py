"""The app of text messages."""

from django.apps import AppConfig


class SmsConfig(AppConfig):
    """Text messages, their limits and their providers."""

    name = "sms"
