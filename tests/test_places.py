"""What a search around a place finds, and which places are none."""

import itertools
import math
import random

import pytest

from accounts.tests.factories import UserFactory
from geo.circles import within
from geo.distance import haversine_km
from geo.nearest import Nearest
from listings.models import Listing
from listings.tests.factories import ListingFactory
from tests.lists import PLACES, rows

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["latitude", "longitude"])
@pytest.mark.parametrize("value", ["NaN", "inf", "-inf", "1e400", "181", "-181"])
def test_point_off_the_earth_is_a_400(api, name, value):
    """G4: ±90 and ±180 are the ends of the world."""
    point = {"latitude": "57", "longitude": "24"} | {name: value}
    for url in PLACES:
        answer = api.get(url, point)
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [name])


@pytest.mark.parametrize("radius", ["-1", "NaN", "-inf"])
def test_radius_below_nothing_is_a_400(api, radius):
    """G4: a radius counts from 0."""
    query = {"latitude": "57", "longitude": "24", "radius": radius}
    assert api.get("/api/tasks", query).status_code == 400


@pytest.mark.parametrize("radius", ["1e9", "inf", "20040", "9" * 400])
def test_radius_around_the_world_finds_everything(api, one_of_each, radius):
    """G4: however large."""
    query = {"latitude": "-57", "longitude": "-156", "radius": radius}
    assert len(rows(api.get("/api/tasks", query))) == 1


@pytest.mark.parametrize("word", ["abc", "", "57,1", "57;drop", "%00"])
def test_coordinate_that_is_no_number_is_not_given(api, one_of_each, word):
    """G4: by the contract the list is then not searched by place."""
    task = rows(api.get(f"/api/tasks?latitude={word}&longitude=24"))[0]
    assert "distance" not in task


def scattered(luck: random.Random) -> list[tuple[float, float]]:
    anywhere = [
        (math.degrees(math.asin(luck.uniform(-1, 1))), luck.uniform(-180, 180))
        for _point in range(150)
    ]
    riga = [(luck.gauss(56.95, 0.3), luck.gauss(24.1, 0.5)) for _point in range(60)]
    dateline = [
        (luck.uniform(-70, 70), luck.choice([-180, 180, -179.9, 179.9, 179, -179]))
        for _point in range(50)
    ]
    poles = [(s * luck.uniform(88, 90), luck.uniform(-180, 180)) for s in (1, -1) * 25]
    return [*anywhere, *riga, *dateline, *poles, (90, 0), (-90, 0), (0, 180), (0, -180)]


@pytest.fixture
def globe(settings):
    settings.PUBLIC_POINT_GRID_M = 0
    seller = UserFactory()
    points = scattered(random.Random(11))
    made = [
        ListingFactory.build(seller=seller, latitude=latitude, longitude=longitude)
        for latitude, longitude in points
    ]
    return Listing.objects.bulk_create(made)


CENTRES = [
    (56.95, 24.1),
    (0, 0),
    (90, 0),
    (-90, 45),
    (89.9, -170),
    (-89.5, 10),
    (0, 180),
    (10, -180),
    (60, 179.99),
    (-45, -179.99),
    (80, 24),
    (-33, 151),
]


@pytest.mark.parametrize("centre", CENTRES)
def test_near_finds_what_a_ruler_finds(globe, centre):
    """G4: the same rows, nearest first, at the poles and across the date line."""
    anywhere = Nearest(Listing.objects.all(), 56.9, 24.1, 10)
    for km in (0.5, 5, 49, 51, 300, 1500, 6000, 10_007.6, 15_000, 20_100):
        slack = 0.02 + km * 1e-4
        distances = {
            row.pk: haversine_km(*centre, row.latitude, row.longitude) for row in globe
        }
        nearest = anywhere.at(*centre, km)
        ids = [row.pk for row in nearest[0 : len(globe)]]
        surely = {pk for pk, distance in distances.items() if distance < km - slack}
        maybe = {pk for pk, distance in distances.items() if distance < km + slack}
        assert surely <= set(ids) <= maybe
        found = [distances[pk] for pk in ids]
        assert all(b > a - slack for a, b in itertools.pairwise(found))


def test_circle_that_touches_a_pole_is_no_error(globe):
    """G4: where the sine of the box's half width is 1, and a hair more."""
    for latitude in (89.9, -89.9, 45.0, -12.3456789):
        km = math.radians(90 - abs(latitude)) * 6371
        for hair in (-1e-9, -1e-12, 0, 1e-12):
            rows = within(Listing.objects.all(), latitude, 24, km + hair)
            assert rows.count() >= 0
