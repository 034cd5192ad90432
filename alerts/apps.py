"""Configuration of the app of saved searches."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """Saved searches, and the notifications of what they find."""

    name = "alerts"

    def ready(self) -> None:
        """Register how to unsubscribe from the e-mails of one saved search."""
        from alerts.services import get_title, turn_off
        from notifications.unsubscribe import UnsubscribeHandler, register_handler

        handler = UnsubscribeHandler(unsubscribe=turn_off, get_title=get_title)
        register_handler("saved_search", handler)
