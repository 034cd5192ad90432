from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "realtime"

    def ready(self):
        from marketplace.core.events import receivers
        from realtime.publishing import publish

        if publish not in receivers:
            receivers.append(publish)
