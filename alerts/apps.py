from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"

    def ready(self):
        from alerts.services import stop, title_of
        from notifications.unsubscribe import Stopper, stoppers

        stoppers["saved_search"] = Stopper(stop=stop, title_of=title_of)
