"""What staff may do with a review; a hidden one no longer counts."""

from items.moderation import moderation
from notifications.moderation import notify_owner
from reviews import services
from reviews.models import Review


def follow(review: Review, **decision) -> None:
    services.rate(review)
    notify_owner(review, owner="reviewer", title="★" * review.rating, **decision)


MODERATION = moderation(then=follow, parent="reviewed_user")
