"""The moderation table of reviews; a hidden review does not count."""

from typing import Any

from items.moderation import moderation, notify_owner
from reviews import services
from reviews.models import Review


def rate_and_notify(review: Review, **decision: Any) -> None:
    """Recompute the reviewed person's rating and notify the author."""
    services.rate(review)
    notify_owner(review, title="★" * review.rating, **decision)


MODERATION = moderation(then=rate_and_notify, parent="reviewed_user")
