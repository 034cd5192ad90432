from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self):
        from accounts.signals import user_registered
        from notifications.services import send_welcome

        user_registered.connect(send_welcome, dispatch_uid="notifications.welcome")
