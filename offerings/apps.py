"""Configuration of the app of offerings."""

from django.apps import AppConfig


class OfferingsConfig(AppConfig):
    """The app of offerings."""

    name = "offerings"

    def ready(self) -> None:
        """Add to the whole profile of a person."""
        from accounts.profile_sections import register

        register("offerings", "offerings.profile.OFFERINGS")
