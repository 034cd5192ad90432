"""Marking items."""

import pytest

from favorites.models import Favorite
from listings.tests.factories import ListingFactory
from offerings.tests.factories import OfferingFactory
from tasks.tests.factories import TaskFactory

FACTORIES = {
    "task": TaskFactory,
    "offering": OfferingFactory,
    "listing": ListingFactory,
}


@pytest.mark.parametrize("kind", FACTORIES)
def test_a_toggle_marks_and_unmarks(api, alice, kind):
    given = {"item_type": kind, "item_id": FACTORIES[kind]().pk}
    client = api.as_(alice)
    answers = [client.post("/api/favorites", given).json() for _ in range(2)]
    assert [answer["is_favorited"] for answer in answers] == [True, False]
    assert answers[0]["favorite"]["item_id"] == given["item_id"]
    assert answers[1]["favorite"] is None
    assert Favorite.objects.count() == 0


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, 400),
        ({"item_type": "user", "item_id": 1}, 400),
        ({"item_type": "task"}, 400),
        ({"item_type": "task", "item_id": "x"}, 400),
        ({"item_type": "task", "item_id": 10**9}, 404),
    ],
)
def test_a_toggle_of_nothing_is_refused(api, alice, given, status):
    assert api.as_(alice).post("/api/favorites", given).status_code == status


@pytest.mark.parametrize("kind", FACTORIES)
def test_a_hidden_item_cannot_be_marked(api, alice, kind):
    given = {"item_type": kind, "item_id": FACTORIES[kind](hidden=True).pk}
    assert api.as_(alice).post("/api/favorites", given).status_code == 404


def test_the_list_holds_the_items_and_their_owners(api, alice):
    for kind, factory in FACTORIES.items():
        Favorite.objects.create(user=alice, **{kind: factory()})
    rows = api.as_(alice).get("/api/favorites").json()["favorites"]
    assert [row["item"]["type"] for row in rows] == ["listing", "offering", "task"]
    assert all(row["favorite_id"] and row["favorited_at"] for row in rows)
    assert rows[0]["item"]["seller_name"]
    assert rows[2]["item"]["creator_name"]


def test_the_list_can_hold_one_type(api, alice):
    for kind, factory in FACTORIES.items():
        Favorite.objects.create(user=alice, **{kind: factory()})
    found = api.as_(alice).get("/api/favorites?type=task").json()
    assert (found["total"], found["favorites"][0]["item"]["type"]) == (1, "task")


def test_items_that_went_away_are_neither_listed_nor_counted(api, alice):
    Favorite.objects.create(user=alice, listing=ListingFactory(hidden=True))
    Favorite.objects.create(user=alice, listing=ListingFactory(status="deleted"))
    Favorite.objects.create(user=alice, task=TaskFactory(creator__suspended=True))
    client = api.as_(alice)
    assert client.get("/api/favorites").json()["total"] == 0
    assert client.get("/api/favorites/count").json()["total"] == 0


def test_both_forms_of_check(api, alice):
    task = TaskFactory()
    Favorite.objects.create(user=alice, task=task)
    client = api.as_(alice)
    one = client.get(f"/api/favorites/check?item_type=task&item_id={task.pk}").json()
    many = client.get(
        f"/api/favorites/check?items=task:{task.pk},listing:003,bad,task:x"
    ).json()
    assert one == {"favorites": {f"task:{task.pk}": True}, "is_favorited": True}
    assert many["favorites"] == {f"task:{task.pk}": True, "listing:003": False}
    assert client.get("/api/favorites/check").status_code == 400


def test_a_favorite_is_deleted_by_its_owner_alone(api, alice, mallory):
    favorite = Favorite.objects.create(user=alice, task=TaskFactory())
    path = f"/api/favorites/{favorite.pk}"
    assert api.as_(mallory).delete(path).status_code == 404
    assert api.as_(alice).delete(path).status_code == 200


def test_a_favorite_is_deleted_by_its_item(api, alice):
    task = TaskFactory()
    Favorite.objects.create(user=alice, task=task)
    path = f"/api/favorites/item/task/{task.pk}"
    client = api.as_(alice)
    assert [client.delete(path).status_code for _ in range(2)] == [200, 404]
