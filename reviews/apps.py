"""Configuration of the app of reviews."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """The app of reviews."""

    name = "reviews"

    def ready(self) -> None:
        """Connect the receiver of suspensions; add to the whole profile."""
        from accounts.profile_sections import register
        from accounts.signals import user_suspension_changed
        from reviews.services import rate_reviewed_by

        user_suspension_changed.connect(
            rate_reviewed_by, dispatch_uid="reviews.rate_reviewed_by"
        )
        register("reviews", "reviews.profile.REVIEWS")
