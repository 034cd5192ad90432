"""Configuration of the app of listings."""

from django.apps import AppConfig


class ListingsConfig(AppConfig):
    """The app of listings."""

    name = "listings"

    def ready(self) -> None:
        """Add to the whole profile of a person."""
        from accounts.profile_sections import register

        register("listings", "listings.profile.LISTINGS")
