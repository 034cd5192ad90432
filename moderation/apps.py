"""The app of reports and decisions."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    """Reports, cases, decisions and appeals."""

    name = "moderation"

    def ready(self) -> None:
        """Follow suspensions and what rules find, and let strikes lower trust."""
        from accounts.signals import (
            user_restriction_changed,
            user_suspension_changed,
        )
        from audit.signals import decision_undone
        from core.moderation import register_involvement
        from moderation import deciders, default_reasons, standing_appeals
        from moderation.notices import restriction_changed, suspended
        from moderation.reports import hidden
        from moderation.rule_hits import follow
        from moderation.strikes import count_of
        from notifications import withholding
        from rules.signals import rule_hit
        from rules.trust import register_strikes

        user_suspension_changed.connect(suspended, dispatch_uid="moderation.suspended")
        user_restriction_changed.connect(
            restriction_changed, dispatch_uid="moderation.restriction_changed"
        )
        decision_undone.connect(
            standing_appeals.close, dispatch_uid="moderation.close_appeals"
        )
        rule_hit.connect(follow, dispatch_uid="moderation.follow")
        register_strikes(count_of)
        register_involvement(deciders.is_involved)
        default_reasons.REASONS.connect()
        withholding.register("report", hidden, keeps_page=True)
