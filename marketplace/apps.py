"""Configuration of the project: groups of staff after each migration."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class MarketplaceConfig(AppConfig):
    """Connects `create_groups` to the signal `post_migrate`."""

    name = "marketplace"

    def ready(self) -> None:
        from marketplace.staff import groups

        # The signal of the accounts app: its permissions are the last to be created of
        # those that the groups need.
        post_migrate.connect(
            groups.create_groups, sender=apps.get_app_config("accounts")
        )
