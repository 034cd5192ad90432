"""Saved searches of the demo accounts."""

from collections.abc import Iterator
from itertools import count

from alerts.models import SavedSearch
from alerts.queries import digest_of
from alerts.schedule import next_run
from seed.market import Market
from seed.places import RIGA
from seed.plan import DEMO, HELPER
from seed.tables import new_row

AROUND = {"latitude": str(RIGA[0]), "longitude": str(RIGA[1])}
ROWS = (
    (DEMO, "listings", "Velosipēds", "instant", {"search": "velosipēds"}),
    (DEMO, "tasks", "Darbi Rīgā", "daily", AROUND | {"radius": "10"}),
    (DEMO, "offerings", "Līdz 20 €", "weekly", {"max_price": "20"}),
    (HELPER, "tasks", "Steidzami", "instant", {"is_urgent": "true"}),
)


def searches(market: Market) -> Iterator[SavedSearch]:
    """Return the rows, created today: items made with them cause no alerts."""
    at = market.calendar.today
    for pk, row in zip(count(market.first_ids[SavedSearch]), ROWS, strict=False):
        number, kind, name, frequency, query = row
        user_id = market.person_id(number)
        yield new_row(
            SavedSearch,
            id=pk,
            user_id=user_id,
            item_type=kind,
            name=name,
            query=query,
            digest=digest_of(query),
            frequency=frequency,
            created_at=at,
            query_changed_at=at,
            watermark=at,
            next_at=next_run(frequency, user_id=user_id, at=at),
        )
