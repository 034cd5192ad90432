from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "realtime"

    def ready(self):
        from core.events import domain_event
        from realtime.publisher import publish

        domain_event.connect(publish, dispatch_uid="realtime.publish")
