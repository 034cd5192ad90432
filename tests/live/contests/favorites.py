"""Races for a favorite's mark."""

from favorites.models import Favorite
from tests.live.contests import contest
from tests.live.contests.cast import crowd, new_listing, post
from tests.live.stage import Stage


def marks(answers) -> int:
    """How many more of them marked than unmarked."""
    marked = sum(answer.data.get("is_favorited", False) for answer in answers)
    return 2 * marked - len(answers)


@contest(rounds=3)
def toggle_a_hundred_times(stage: Stage) -> None:
    """F1: by one person; the answers add up to what is left."""
    listing, person = new_listing(), crowd()[0]
    toggle = post("/api/favorites", person, item_type="listing", item_id=listing.pk)
    answers = stage.at_once([toggle] * 100)
    stage.statuses(answers, {200: 100})
    rows = Favorite.objects.filter(user=person, listing=listing).count()
    stage.same("rows", rows, 0)
    stage.same("marked less unmarked", marks(answers), rows)


@contest(rounds=3)
def toggle_by_fifty(stage: Stage) -> None:
    """F2: everybody's mark is kept."""
    item = {"item_type": "listing", "item_id": new_listing().pk}
    calls = [post("/api/favorites", person, **item) for person in crowd()]
    answers = stage.at_once(calls)
    stage.statuses(answers, {200: 50})
    stage.same("marked less unmarked", marks(answers), 50)
    rows = Favorite.objects.filter(listing=item["item_id"]).count()
    stage.same("rows", rows, 50)
