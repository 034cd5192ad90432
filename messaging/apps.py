"""Configuration of the app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Conversations, messages and digests."""

    name = "messaging"
