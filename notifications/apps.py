"""The app of notifications in the list and by e-mail."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Notifications, their e-mails and preferences."""

    name = "notifications"

    def ready(self) -> None:
        """Connect to the signals of lower packages."""
        from accounts.signals import user_registered
        from notifications.moderation import notify_uploader
        from notifications.services import send_welcome
        from uploads.signals import upload_moderated

        user_registered.connect(send_welcome, dispatch_uid="notifications.welcome")
        upload_moderated.connect(notify_uploader, dispatch_uid="notifications.picture")
