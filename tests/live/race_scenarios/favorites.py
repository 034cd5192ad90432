"""Races of favorites."""

from favorites.models import Favorite
from tests.live.harness import Harness
from tests.live.race_scenarios import race_scenario
from tests.live.race_scenarios.cast import fifty_people, new_listing, post


def net_favorites(answers) -> int:
    """The number of answers that added a favorite minus those that removed one."""
    marked = sum(answer.data.get("is_favorited", False) for answer in answers)
    return 2 * marked - len(answers)


@race_scenario(rounds=3)
def toggle_a_hundred_times(harness: Harness) -> None:
    """F1: 100 toggles of one person; the answers add up to the rows left."""
    listing, person = new_listing(), fifty_people()[0]
    toggle = post("/api/favorites", person, item_type="listing", item_id=listing.pk)
    answers = harness.send_together([toggle] * 100)
    harness.check_statuses(answers, {200: 100})
    rows = Favorite.objects.filter(user=person, listing=listing).count()
    harness.check_equal("rows", rows, 0)
    harness.check_equal("favorites by the answers", net_favorites(answers), rows)


@race_scenario(rounds=3)
def toggle_by_fifty(harness: Harness) -> None:
    """F2: 50 people each add one favorite; all 50 rows exist."""
    item = {"item_type": "listing", "item_id": new_listing().pk}
    calls = [post("/api/favorites", person, **item) for person in fifty_people()]
    answers = harness.send_together(calls)
    harness.check_statuses(answers, {200: 50})
    harness.check_equal("favorites by the answers", net_favorites(answers), 50)
    rows = Favorite.objects.filter(listing=item["item_id"]).count()
    harness.check_equal("rows", rows, 50)
