from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class MarketplaceConfig(AppConfig):
    name = "marketplace"

    def ready(self):
        from marketplace.staff import groups

        # After the accounts app: its migration is the last that the groups need.
        post_migrate.connect(groups.make, sender=apps.get_app_config("accounts"))
