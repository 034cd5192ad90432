"""Items on a map."""

import pytest

from accounts.tests.factories import UserFactory
from catalog import map as market_map
from catalog.cells import cell_degrees, level_for
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


def test_a_cluster_stands_at_the_mean_of_its_items(api, db, monkeypatch, settings):
    settings.PUBLIC_POINT_GRID_M = 0
    monkeypatch.setattr(market_map, "MAX_POINTS", 3)
    for latitude, longitude in [(1, 2), (1, 2), (1, 2), (3, 8)]:
        TaskFactory(latitude=latitude, longitude=longitude)
    [cluster] = api.get("/api/map?bbox=0,0,9,9&zoom=2").json()["features"]
    assert cluster["geometry"]["coordinates"] == [3.5, 1.5]
    assert cluster["properties"] == {"kind": "task", "cluster": True, "count": 4}


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


@pytest.mark.parametrize(
    "box", ["170,0,190,20", "-190,0,-170,20", "530,0,550,20", "170,0,-170,20"]
)
def test_longitudes_wrap(api, db, box):
    """B5: a map that was turned around the Earth shows the same place."""
    for longitude in (175, 180, -175, 10):
        TaskFactory(latitude=10, longitude=longitude)
    assert api.get(f"/api/map?bbox={box}&zoom=5&kinds=tasks").json()["total"] == 3


@pytest.mark.parametrize("box", ["-200,-90,200,90", "0,0,360,90", "-180,0,180,90"])
def test_a_box_of_a_whole_turn_is_the_earth(api, db, box):
    """B5: from -200 to 200 there is every longitude, some of them twice."""
    for longitude in (-179, -20, 0, 20, 179):
        TaskFactory(latitude=10, longitude=longitude)
    assert api.get(f"/api/map?bbox={box}&zoom=2&kinds=tasks").json()["total"] == 5


WORLD = "bbox=-180,-90,180,90&zoom=22"


def test_the_world_at_a_deep_zoom_has_coarser_cells(api, db):
    """B5: 2,000 features at most, and none of the items is lost."""
    person = UserFactory()
    for factory in (TaskFactory, OfferingFactory, ListingFactory):
        owner = {factory._meta.model.owner_field: person}
        for n in range(800):
            point = {"latitude": n % 83 * 2 - 83, "longitude": n * 37 % 360 - 180}
            factory(**point, **owner)
    answer = api.get(f"/api/map?{WORLD}")
    assert answer.json()["total"] == 2400
    assert len(answer.json()["features"]) <= 2000
    assert len(answer.content) < 500_000


@pytest.mark.parametrize("text", ["-180,-90,180,90", "20,55,29,59", "170,-9,-170,9"])
@pytest.mark.parametrize("zoom", [0, 5, 22])
def test_cells_of_a_box_are_few(text, zoom):
    """B5: whatever zoom is named for it."""
    box = market_map._bbox(text)
    cells = box.cells(level_for(zoom, box, 666))
    side = cell_degrees(cells.level)
    around = cells.box
    assert (
        round(around.width / side) * round((around.north - around.south) / side) <= 666
    )


def test_neighbouring_views_share_one_entry_of_a_bounded_cache(api, db, monkeypatch):
    """B5: the box is one of whole cells, and views take the slots of others."""
    monkeypatch.setattr(market_map, "MAX_POINTS", 0)
    monkeypatch.setattr(market_map, "MIN_CACHED_ITEMS", 0)
    monkeypatch.setattr(market_map, "CACHE_SLOTS", 3)
    slots = {}
    monkeypatch.setattr(market_map.cache, "set", lambda k, v, s: slots.update({k: v}))
    TaskFactory(latitude=57, longitude=25)
    for step in range(20):
        box = f"{24 + step / 1000},56.8,{25.1 + step / 1000},57.1"
        api.get(f"/api/map?bbox={box}&zoom=7&kinds=tasks")
    assert len(slots) == 1
    for price in range(20):
        api.get(f"/api/map?{LATVIA}&kinds=tasks&max_price={1000 + price}")
    assert len(slots) <= 3
