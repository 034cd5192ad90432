from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self):
        from accounts.services import on_joined
        from notifications.services import welcome

        if welcome not in on_joined:
            on_joined.append(welcome)
