from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self):
        from accounts.services import on_standing
        from reviews.services import rate_reviewed_by

        if rate_reviewed_by not in on_standing:
            on_standing.append(rate_reviewed_by)
