"""The app of reports and decisions."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModerationConfig(AppConfig):
    """Reports, cases, decisions and appeals."""

    name = "moderation"
    verbose_name = _("Moderation")

    def ready(self) -> None:
        """Follow suspensions and what rules find, and let strikes lower trust."""
        from accounts.signals import user_suspension_changed
        from moderation.notices import suspended
        from moderation.rule_hits import follow
        from moderation.strikes import count_of
        from rules.signals import rule_hit
        from rules.trust import register_strikes

        user_suspension_changed.connect(suspended, dispatch_uid="moderation.suspended")
        rule_hit.connect(follow, dispatch_uid="moderation.follow")
        register_strikes(count_of)
