"""Configuration of the app of saved searches."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"

    def ready(self):
        from alerts.services import get_title, turn_off
        from notifications.unsubscribe import UnsubscribeHandler, register_handler

        handler = UnsubscribeHandler(unsubscribe=turn_off, get_title=get_title)
        register_handler("saved_search", handler)
