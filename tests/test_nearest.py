"""How far a page around a point is looked for, and that it changes no answer."""

import random
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from geo import distance, nearest
from geo.distance import haversine_km
from geo.nearest import Nearest
from listings.models import Listing
from listings.tests.factories import ListingFactory

pytestmark = pytest.mark.django_db
STREET = (56.95, 24.1)


def post_at(places) -> None:
    seller = UserFactory()
    Listing.objects.bulk_create(
        ListingFactory.build(seller=seller, latitude=latitude, longitude=longitude)
        for latitude, longitude in places
    )


@pytest.fixture
def luck() -> random.Random:
    return random.Random(5)


@pytest.fixture
def country(settings, luck):
    """Two hundred listings, half of them in one street."""
    settings.PUBLIC_POINT_GRID_M = 0
    post_at([(luck.gauss(56.95, 0.001), luck.gauss(24.1, 0.002)) for _ in range(100)])
    post_at([(luck.uniform(56, 58), luck.uniform(21, 28)) for _ in range(100)])


def near(latitude: float, longitude: float, km: float = 300) -> Nearest:
    return Nearest(Listing.objects.all(), latitude, longitude, km)


def circles(rows: Nearest, page: slice) -> list[float]:
    """How many km around its point each query for a page looked."""
    with CaptureQueriesContext(connection) as captured:
        list(rows[page])
    return [half_height(query["sql"]) for query in captured]


def half_height(sql: str) -> float:
    """Of the box that it looks in, in km."""
    south, north = re.search(r"BETWEEN +(\S+) AND +(\S+)", sql).groups()
    km = (float(north) - float(south)) / 2 * distance.KM_PER_DEGREE
    return pytest.approx(km, rel=1e-3)


@pytest.mark.parametrize("km", [40, 300])
def test_neighbour_in_a_crowded_street_is_asked_for_little(country, km):
    """By both measures of distance: `MAX_PLANAR_KM` lies between them."""
    asked = near(*STREET, km)
    assert circles(asked, slice(0, 10)) == [0.3]
    last = asked[0:10][-1]
    told = haversine_km(*STREET, last.latitude, last.longitude)
    nearby = asked.at(56.9501, 24.1001, km)
    assert circles(nearby, slice(0, 10)) == [nearest.HINT_MARGIN * told]


def test_quiet_corner_beside_a_crowded_street_is_looked_for_as_ever(country):
    """After one circle in vain; the whole search is still the last to be tried."""
    asked = near(*STREET)
    assert asked[0:10]
    corner = asked.at(56.98, 24.1, 300)
    small, *others = circles(corner, slice(0, 10))
    assert small.expected < 0.3
    assert others == [0.3, 8.0]


@pytest.mark.parametrize(
    ("km", "tried"), [(300, [0.3, 8, 300]), (20, [0.3, 2, 20]), (2, [0.3, 2])]
)
def test_circles_grow_up_to_the_whole(country, km, tried):
    assert circles(near(57.4, 26.0, km), slice(0, 50)) == tried


def test_far_apart_rows_are_looked_for_as_ever(country):
    asked = near(57.4, 26.0)
    for _ in range(2):
        assert circles(asked, slice(0, 10)) == [0.3, 8.0, 300]


def test_what_was_learnt_of_a_neighbour_changes_no_page(country, luck):
    asked = near(*STREET)
    for _ in range(15):
        place = (luck.uniform(56.93, 56.97), luck.uniform(24.08, 24.12))
        for page in (slice(0, 10), slice(20, 30)):
            assert asked.at(*place, 300)[page] == near(*place)[page]


def test_crowded_house_leaves_a_circle(db):
    post_at([STREET] * 12)
    asked = near(*STREET)
    house = asked[0:10][0]
    there = asked.at(house.public_latitude, house.public_longitude, 300)
    assert there[0:10]
    assert circles(there, slice(0, 10)) == [nearest.MIN_HINT_KM]


def counted(rows: Nearest, most: int) -> tuple[int, int]:
    """The count, and how many queries it took."""
    with CaptureQueriesContext(connection) as captured:
        return rows.count_up_to(most), len(captured)


def test_what_was_counted_in_a_street_is_not_counted_beside_it(country):
    asked = near(*STREET, 4)
    assert [counted(asked, 50)[0] for _n in range(2)] == [50, 50]
    assert counted(asked.at(56.955, 24.105, 4), 50) == (50, 0)
    assert counted(asked.at(57.4, 26.0, 4), 50) == (0, 1)  # far away


def test_the_same_search_is_not_counted_again_and_again(country):
    asked = near(*STREET, 0.4)  # about half of it within half a circle
    least = near(*STREET, 0.4).everything.count() * 4 // 5
    assert [counted(asked, least)[0] for _n in range(2)] == [least, least]
    assert counted(asked, least) == (least, 0)


def test_no_count_is_wrong_for_what_was_counted_around_it(country, luck):
    asked = near(*STREET, 1)
    for _ in range(60):
        place = (luck.uniform(56.94, 56.96), luck.uniform(24.08, 24.12))
        km = luck.choice([0.1, 0.3, 0.5, 1, 2])
        there = asked.at(*place, km)
        assert there.count_up_to(40) == min(40, there.everything.count())
