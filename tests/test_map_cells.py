"""Cells of the map that a job counts."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import F

from accounts.tests.factories import UserFactory
from catalog import map as market_map
from catalog import stored_cells
from catalog.jobs import count_map_cells
from catalog.models import MapCell, MapSnapshot
from jobs.registry import PERIODS
from listings.tests.factories import ListingFactory
from offerings.tests.factories import OfferingFactory
from tasks.models import TaskRequest
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db
EARTH = "bbox=-180,-90,180,90"
TASKS = f"{EARTH}&zoom=3&kinds=tasks"
EDGES = [(90, 180), (-90, -180), (0, 0), (45, 90), (-45, -90), (22.5, -180)]


@pytest.fixture(autouse=True)
def large(monkeypatch):
    """Few items are as many as have stored cells, and are shown in clusters."""
    monkeypatch.setattr(market_map, "MAX_POINTS", 0)
    monkeypatch.setattr(stored_cells, "MIN_STORED_ITEMS", 0)
    cache.clear()


def post(factory, count: int, luck: random.Random, **more) -> None:
    """Post items in one town, anywhere on Earth, and where cells meet."""
    owner = {factory._meta.model.owner_field: UserFactory()}
    for _number in range(count):
        town = luck.gauss(56.9, 0.05), luck.gauss(24.1, 0.1)
        anywhere = luck.uniform(-90, 90), luck.uniform(-180, 180)
        point = luck.choice([town, anywhere, luck.choice(EDGES)])
        factory(latitude=point[0], longitude=point[1], **owner, **more)


def shown(api, query: str) -> list:
    """Return the features of the map."""
    answer = api.get(f"/api/map?{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()["features"]


def stored(api, query: str) -> list:
    """Return the features of the map, which may count nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(market_map, "_counted", None)
        return shown(api, query)


def views(luck: random.Random, count: int) -> list[str]:
    """Boxes of any size, some across the date line, some between whole cells."""
    boxes = ["-180,-90,180,90", "170,-20,-170,20", "0,0,45,45", "20,55,29,59"]
    for _ in range(count):
        west, east = luck.uniform(-180, 180), luck.uniform(-180, 180)
        south, north = sorted(luck.uniform(-90, 90) for _ in range(2))
        boxes.append(f"{west},{south},{east},{north}")
    return [f"bbox={box}&zoom={luck.randrange(15)}" for box in boxes]


def make_older(seconds: int) -> None:
    """Let the stored cells be so many seconds older."""
    older = F("counted_at") - timedelta(seconds=seconds)
    MapSnapshot.objects.update(counted_at=older)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("grid_m", [0, 250])
def test_stored_cells_equal_counted_ones(api, seed, grid_m, settings):
    settings.PUBLIC_POINT_GRID_M = grid_m
    luck = random.Random(seed)
    for factory in (TaskFactory, ListingFactory, OfferingFactory):
        post(factory, 30, luck)
        post(factory, 3, luck, hidden=True)
    queries = views(luck, 25)
    counted = [shown(api, query) for query in queries]
    count_map_cells()
    assert [stored(api, query) for query in queries] == counted
    assert sum(len(features) for features in counted) > 100


@pytest.mark.parametrize("level", [0, 1, 5])
def test_items_where_cells_meet_are_counted_once(api, settings, level):
    settings.PUBLIC_POINT_GRID_M = 0
    for latitude, longitude in EDGES:
        TaskFactory(latitude=latitude, longitude=longitude)
    world = f"{EARTH}&zoom={level}&kinds=tasks"
    counted = shown(api, world)
    count_map_cells()
    assert stored(api, world) == counted
    assert sum(f["properties"]["count"] for f in counted) == len(EDGES)


def test_signed_in_people_share_the_stored_cells(api):
    post(TaskFactory, 5, random.Random(1))
    count_map_cells()
    assert stored(api, TASKS) == stored(api.as_(UserFactory()), TASKS) != []


def test_a_refresh_follows_what_has_changed_and_writes_nothing_else(api):
    post(TaskFactory, 20, random.Random(1))
    count_map_cells()
    TaskFactory(latitude=10, longitude=10)
    TaskRequest.objects.filter(pk__in=TaskRequest.objects.values("pk")[:10]).delete()
    assert stored_cells.refresh() > 0
    found = stored(api, TASKS)
    assert stored_cells.refresh() == 0
    MapSnapshot.objects.all().delete()
    assert shown(api, TASKS) == found


def test_a_hidden_item_is_shown_for_a_minute_at_most(api):
    task = TaskFactory()
    count_map_cells()
    TaskRequest.objects.filter(pk=task.pk).update(status="cancelled")
    TaskFactory(latitude=-40)
    make_older(30)
    [old] = stored(api, TASKS)
    make_older(30)
    [new] = shown(api, TASKS)
    assert old["geometry"]["coordinates"][1] > 0 > new["geometry"]["coordinates"][1]


def test_stored_cells_are_not_cached_again(api, monkeypatch):
    """A copy of an answer would live longer than the count is valid."""
    monkeypatch.setattr(market_map, "MIN_CACHED_ITEMS", 0)
    monkeypatch.setattr(market_map.cache, "set", None)
    TaskFactory()
    count_map_cells()
    assert shown(api, TASKS)


def test_the_job_counts_again_before_the_cells_are_too_old():
    assert PERIODS["catalog.count_map_cells"] <= stored_cells.MAX_AGE / 2


@pytest.mark.parametrize("query", ["category=c1", "max_price=5", "search=ladder"])
def test_filters_are_counted_by_the_view(api, query):
    TaskFactory(category="c1", budget=3, title="Ladder")
    TaskFactory(category="c2", budget=9, title="Garden")
    count_map_cells()
    [feature] = shown(api, f"{TASKS}&{query}")
    assert feature["properties"]["count"] == 1


def test_cells_counted_by_another_rule_are_not_used(api):
    """During an upgrade the last release may count what this one hides."""
    TaskFactory()
    count_map_cells()
    MapSnapshot.objects.update(digest="of the last release")
    MapCell.objects.update(count=7)
    assert shown(api, TASKS)[0]["properties"]["count"] == 1


def test_few_items_have_no_stored_cells(api, monkeypatch):
    TaskFactory()
    count_map_cells()
    monkeypatch.setattr(stored_cells, "MIN_STORED_ITEMS", 1)
    count_map_cells()
    assert not MapCell.objects.exists()
    assert len(shown(api, TASKS)) == 1


def test_a_type_with_many_cells_has_coarser_ones(api, monkeypatch):
    monkeypatch.setattr(stored_cells, "MAX_CELLS", 8)
    monkeypatch.setattr(stored_cells, "BATCH_ROWS", 7)
    post(TaskFactory, 40, random.Random(2))
    queries = [f"{EARTH}&zoom={zoom}&kinds=tasks" for zoom in range(5)]
    counted = [shown(api, query) for query in queries]
    count_map_cells()
    assert [shown(api, query) for query in queries] == counted
    assert 0 < MapCell.objects.filter(level=0).count() <= 8
    assert MapCell.objects.count() <= 8 * stored_cells.MAX_LEVEL


def test_an_older_count_replaces_no_newer_one(api):
    TaskFactory()
    count_map_cells()
    newest = stored(api, TASKS)
    for snapshot in MapSnapshot.objects.exclude(counted_at=None):
        at = snapshot.counted_at - timedelta(seconds=5)  # of a worker that was slow
        older = (snapshot.digest, at, 0, stored_cells.Sums())
        assert stored_cells._save(snapshot.pk, *older) == 0
    assert stored(api, TASKS) == newest


def test_a_count_of_a_clock_that_was_set_back_is_not_used_and_is_replaced(api):
    task = TaskFactory()
    count_map_cells()
    make_older(-3600)
    TaskRequest.objects.filter(pk=task.pk).update(status="cancelled")
    assert shown(api, TASKS) == []
    TaskFactory()
    count_map_cells()
    assert len(stored(api, TASKS)) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
def test_readers_wait_for_no_refresh(api):
    TaskFactory()
    count_map_cells()
    before = stored(api, TASKS)
    TaskFactory()

    def read() -> list:
        try:
            return stored(api, TASKS)
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        assert stored_cells.refresh() > 0
        assert pool.submit(read).result() == before
