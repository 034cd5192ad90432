"""The app of announcements."""

from django.apps import AppConfig


class AnnouncementsConfig(AppConfig):
    """What staff say to many people at once."""

    name = "announcements"

    def ready(self) -> None:
        """Let the e-mails of announcements show their full text."""
        from announcements import notices  # noqa: F401 registers itself
