"""The reviews of a person in their whole profile."""

from django.db.models import QuerySet

from accounts.models import User
from accounts.profile_sections import Section
from reviews.models import Review
from reviews.serializers import ReviewSerializer


def reviews_of(user: User) -> QuerySet[Review]:
    """Return what others have written about `user`, the newest first."""
    rows = Review.objects.for_display().visible().filter(reviewed_user=user)
    return rows.newest_first()


REVIEWS = Section(reviews_of, ReviewSerializer, "/api/auth/users/{id}/reviews")
