"""Personal data of reviews: they stay, as the ratings of others rest on them."""

from typing import Any

from django.conf import settings

from core.db.batches import id_batches
from core.privacy import describe, erasure_step
from items.privacy import DECISION, MODERATED_BY
from reviews.models import Review

RATED = "The rating of the reviewed person rests on it; its author is named no more."

describe(
    Review,
    whose="reviewer",
    parties="reviewed_user",
    purpose="Ratings and texts of people about each other.",
    retention="As long as the reviewed person has an account.",
    exports="task listing rating content review_type is_delayed",
    private=DECISION,
    internal="moderated_by decision",
    blank="moderation_reason",
    keep={
        "task listing rating review_type is_delayed": RATED,
        "content": f"{RATED} ERASURE_BLANKS_MESSAGES empties it.",
        "moderation moderated_at moderated_by decision": MODERATED_BY,
    },
)


@erasure_step
def empty_reviews(person: Any) -> None:
    """Empty the texts of reviews that staff have hidden; if so set, of all."""
    rows = Review.objects.filter(reviewer=person.pk).exclude(content="")
    if not settings.ERASURE_BLANKS_MESSAGES:
        rows = rows.exclude(moderation=Review.Moderation.VISIBLE)
    for batch in id_batches(rows):
        Review.objects.filter(pk__in=batch).update(content="")
