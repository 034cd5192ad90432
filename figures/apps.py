"""The app of daily figures."""

from django.apps import AppConfig


class FiguresConfig(AppConfig):
    """Daily figures, and searches that found nothing."""

    name = "figures"

    def ready(self) -> None:
        """Count the searches that find nothing."""
        from figures.searches import count_search
        from items.signals import search_found_nothing

        search_found_nothing.connect(count_search, dispatch_uid="figures.count_search")
