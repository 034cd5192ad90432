"""Configuration of the app."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    """The socket."""

    name = "realtime"

    def ready(self) -> None:
        """Connect the publisher to the domain events."""
        from core.events import domain_event
        from realtime.publisher import publish

        domain_event.connect(publish, dispatch_uid="realtime.publish")
