"""Configuration of the app of rules."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class RulesConfig(AppConfig):
    """Rules against spam and abuse, and the levels of trust."""

    name = "rules"

    def ready(self) -> None:
        """Connect to what is posted and written, and set the limits of people."""
        from accounts.signals import profile_checked, profile_saved
        from core import limits
        from items.signals import item_checked, item_saved
        from messaging.signals import message_checked, message_saved
        from reviews.signals import review_checked, review_saved
        from rules import services, trust
        from tasks.signals import application_checked, application_saved

        for checked in (
            *(item_checked, review_checked, message_checked),
            *(application_checked, profile_checked),
        ):
            checked.connect(services.check_row, dispatch_uid="rules.check_row")
        for saved in (
            *(item_saved, review_saved, message_saved),
            *(application_saved, profile_saved),
        ):
            saved.connect(services.conclude_row, dispatch_uid="rules.conclude_row")
        limits.register(trust.limit_of)
        post_migrate.connect(
            services.create_settings, sender=apps.get_app_config("rules")
        )
