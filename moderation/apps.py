"""The app of reports and decisions."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModerationConfig(AppConfig):
    """Reports, cases, decisions and appeals."""

    name = "moderation"
    verbose_name = _("Moderation")

    def ready(self) -> None:
        """Send the statement of reasons of a suspension, whoever decides it."""
        from accounts.signals import user_suspension_changed
        from moderation.notices import suspended

        user_suspension_changed.connect(suspended, dispatch_uid="moderation.suspended")
