"""The app of filters that staff save."""

from django.apps import AppConfig


class SavedFiltersConfig(AppConfig):
    """Searches, filters and orders of the lists of the admin, under a name."""

    name = "saved_filters"

    def ready(self) -> None:
        """Show the filters above every list of the admin."""
        from core.admin.base import LIST_PANELS
        from saved_filters.panel import panel

        LIST_PANELS.append(panel)
