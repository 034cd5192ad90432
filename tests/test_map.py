"""Items on a map."""

import pytest

from catalog import map as market_map
from listings.tests.factories import ListingFactory
from offerings.tests.factories import OfferingFactory
from tasks.tests.factories import TaskFactory

LATVIA = "bbox=20,55,29,59&zoom=7"


def test_few_items_are_points(api, db):
    task = TaskFactory()
    ListingFactory(hidden=True)
    found = api.get(f"/api/map?{LATVIA}").json()
    [feature] = found["features"]
    assert found["total"] == 1
    assert feature["properties"]["id"] == task.pk
    assert feature["geometry"]["coordinates"] == [
        task.public_longitude,
        task.public_latitude,
    ]


def test_many_items_are_clusters_that_add_up_to_the_list(api, db, monkeypatch):
    monkeypatch.setattr(market_map, "MAX_POINTS", 5)
    for index in range(12):
        OfferingFactory(latitude=56 + index / 10, category=f"c{index % 2}")
    found = api.get(f"/api/map?{LATVIA}&kinds=offerings&category=c1").json()
    listed = api.get("/api/offerings?category=c1").json()
    assert found["total"] == listed["total"] == 6
    assert {f["properties"]["cluster"] for f in found["features"]} == {True}


def test_kinds_are_chosen(api, db):
    TaskFactory(), OfferingFactory()
    found = api.get(f"/api/map?{LATVIA}&kinds=tasks").json()
    assert [f["properties"]["kind"] for f in found["features"]] == ["task"]


def test_a_box_may_cross_the_antimeridian(api, db):
    TaskFactory(latitude=10, longitude=179.9)
    TaskFactory(latitude=10, longitude=-179.9)
    found = api.get("/api/map?bbox=179,0,-179,20&zoom=5").json()
    assert found["total"] == 2


def test_a_circle_bounds_the_map_as_it_does_the_list(api, db):
    TaskFactory(latitude=56.95, longitude=24.1)
    TaskFactory(latitude=57.4, longitude=25.0)
    circle = "latitude=56.95&longitude=24.1&radius=5"
    found = api.get(f"/api/map?bbox=20,55,29,59&zoom=7&kinds=tasks&{circle}").json()
    assert found["total"] == int(api.get(f"/api/tasks?{circle}")["X-Total-Count"]) == 1


@pytest.mark.parametrize(
    "query",
    [
        "",
        "bbox=1,2,3&zoom=5",
        "bbox=a,b,c,d&zoom=5",
        "bbox=20,59,29,55&zoom=5",
        "bbox=nan,1,2,3&zoom=5",
        "bbox=20,55,29,590&zoom=5",
        "bbox=20,55,29,59",
        "bbox=20,55,29,59&zoom=99",
        f"bbox=20,55,29,59&zoom={'9' * 5000}",
        f"bbox=20,55,29,59&zoom={'0' * 4400}",
        "bbox=20,55,29,59&zoom=0000999",
        "bbox=20,55,29,59&zoom=5&kinds=users",
        "bbox=20,55,29,59&zoom=5&min_price=x",
    ],
)
def test_nonsense_is_refused(api, db, query):
    assert api.get(f"/api/map?{query}").status_code == 400
