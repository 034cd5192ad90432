"""Instant searches that wait for new items report what their list shows of them."""

import random
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Block
from accounts.tests.factories import UserFactory, suspend
from alerts import instant, matching, reporting
from alerts.models import Alerted, Candidate, IndexedSearch, SavedSearch
from alerts.queries import normalize
from alerts.services import change, save, turn_off
from alerts.tests.factories import SavedSearchFactory
from audit.tests.factories import hide
from categories import tree
from categories.tests.factories import CategoryFactory, CategoryFieldFactory
from items.models import Item
from listings import services as listings
from listings.models import Listing
from listings.tests.factories import ListingFactory
from notifications.models import Notification
from offerings.tests.factories import OfferingFactory
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db
FAR = 1e12  # no time limit


def later(**time):
    return timezone.now() + timedelta(**time)


def tick(at=None) -> list[str]:
    """Compare and run what is due; return the titles that were reported."""
    known = set(Notification.objects.values_list("pk", flat=True))
    matching.send_due(at=at or timezone.now(), seconds=60)
    new = Notification.objects.exclude(pk__in=known).order_by("pk")
    return [item["title"] for row in new for item in row.params["items"]]


@pytest.fixture
def search(alice):
    return SavedSearchFactory(user=alice, query={"max_price": "200"}, waiting=True)


# --- As the list ----------------------------------------------------------------------

POINTS = ((56.95, 24.1), (56.99, 24.2), (57.31, 25.27), (-17.0, 179.95), (89.9, 10.0))
TITLES = ("Tīrīt logus", "Velosipēds", "Window")
PLACES = ("Rīga", "Cēsis", "")
CATEGORIES = ("garden", "music", "big-things", "trucks", "other")
FACTORIES = {
    "listings": (ListingFactory, "price", ("active", "active", "sold", "archived")),
    "tasks": (TaskFactory, "budget", ("open",)),
    "offerings": (OfferingFactory, "price", ("active", "active", "paused")),
}
OWN = {
    "listings": {"condition": ["used"], "status": ["sold", "all", "active,sold"]},
    "tasks": {"is_urgent": ["true", "false"], "status": ["all", "completed"]},
    "offerings": {"price_type": ["fixed"], "status": ["all", "active", "paused"]},
}
SHARED = {
    "search": ["tirit logs", "velosipds", "window", "tirit nothing"],
    "category": ["garden", "big-things", "trucks,music", "all", "no-such", "garden,"],
    "location": ["rig", "Visa Latvija", "cesis"],
    "has_images": ["true", "false"],
    "min_price": ["10", "10.005", "20.00", "0", "999999999"],
    "max_price": ["10", "19.999", "20", "0", "999999999"],
}
RADII = (None, "0", "3", "30", "60", "300", "9000", "20000")


def make_categories() -> None:
    for item_type in FACTORIES:
        above = CategoryFactory(item_type=item_type, slug="big-things")
        below = CategoryFactory(item_type=item_type, slug="trucks", parent=above)
        CategoryFieldFactory(category=below, name="mileage")
    tree.forget()


def random_query(rng, kind: str, owner) -> dict:
    values = SHARED | OWN[kind] | {"owner": [str(owner.pk)]}
    chances = {"category": 0.6, "min_price": 0.3, "max_price": 0.4}
    query = {
        name: rng.choice(choices)
        for name, choices in values.items()
        if rng.random() < chances.get(name, 0.12)
    }
    if rng.random() < 0.5:
        latitude, longitude = rng.choice(POINTS)
        query |= {"latitude": str(latitude + 0.01), "longitude": str(longitude)}
        if radius := rng.choice(RADII):
            query["radius"] = radius
    if rng.random() < 0.1:
        query |= {"category": "trucks", "attr.mileage_min": rng.choice(["1", "50"])}
    return query


def make_item(rng, kind: str, owner) -> Item:
    factory, price, statuses = FACTORIES[kind]
    latitude, longitude = rng.choice(POINTS)
    if kind == "listings" and rng.random() < 0.2:
        latitude = longitude = None
    amount = rng.choice([10, 19.99, 20, 500, None if kind == "offerings" else 0])
    category = rng.choice(CATEGORIES)
    item = factory(
        **{factory._meta.model.owner_field: owner, price: amount},
        title=rng.choice(TITLES),
        location=rng.choice(PLACES),
        category=category,
        attributes={"mileage": rng.choice([1, 60])} if category == "trucks" else {},
        latitude=latitude,
        longitude=longitude,
        images=rng.choice(["", "/api/uploads/x.jpg"]),
        status=rng.choice(statuses),
    )
    if rng.random() < 0.1:
        hide(type(item)._default_manager.filter(pk=item.pk))
    return item


@pytest.mark.parametrize("seed", range(4))
def test_it_reports_what_its_list_shows(seed):
    """For random searches and random items."""
    rng = random.Random(seed)
    make_categories()
    people = UserFactory.create_batch(6)
    Block.objects.create(blocker=people[0], blocked=people[1])
    suspend(type(people[5]).objects.filter(pk=people[5].pk))
    searches = [
        SavedSearchFactory(user=person, item_type=kind, query=query, waiting=True)
        for kind in FACTORIES
        for person in people[:5]
        for query in [
            normalize(kind, random_query(rng, kind, people[2]), person)
            for _number in range(12)
        ]
    ]
    for kind in FACTORIES:
        for _number in range(25):
            make_item(rng, kind, rng.choice(people))
    at = timezone.now()
    expected = {
        (search.pk, item.pk)
        for search in searches
        for item in matching.new_items(search, at=at)
    }
    instant.compare_new_items(at=at, ends=FAR)
    instant.report_candidates(at=at, ends=FAR)
    assert set(Alerted.objects.values_list("search", "item_id")) == expected
    assert len(expected) > 100
    assert not Candidate.objects.exists()


def test_a_category_has_the_items_below_it(alice):
    make_categories()
    query = {"category": "music,big-things,trucks"}
    SavedSearchFactory(user=alice, query=query, waiting=True)
    ListingFactory(category="trucks", title="Truck")
    assert tick() == ["Truck"]
    assert Notification.objects.get().params["count"] == "1"


def test_people_are_told_of_all_their_searches_at_once(alice, bob):
    queries = ({}, {"category": "garden"}, {"category": "music"})
    for query in queries:
        SavedSearchFactory(user=alice, query=query, waiting=True)
    SavedSearchFactory(user=bob, query={"search": "spade"}, waiting=True)
    ListingFactory(category="garden", title="Spade")
    ListingFactory(category="garden", title="Rake")
    assert sorted(tick()) == ["Rake", "Rake", "Spade", "Spade", "Spade"]
    assert Notification.objects.filter(recipient=alice).count() == 2


# --- What is new ----------------------------------------------------------------------


def test_an_item_is_compared_again_after_a_change_alone(search):
    listing = ListingFactory(price=300)
    assert tick() == []
    assert tick(later(minutes=1)) == []
    listings.edit(listing, actor=listing.seller, price=100, title="Cheap")
    assert tick(later(minutes=2)) == ["Cheap"]
    listings.edit(listing, actor=listing.seller, title="Again")
    assert tick(later(minutes=3)) == []


def test_what_commits_late_is_compared(search):
    tick()
    listing = ListingFactory(title="Late")
    written = timezone.now() - timedelta(minutes=4)
    Listing.objects.filter(pk=listing.pk).update(updated_at=written)
    assert tick(later(seconds=40)) == ["Late"]


def test_what_is_older_than_the_query_is_not_reported(alice):
    ListingFactory(title="Old")
    now = timezone.now()
    SavedSearchFactory(user=alice, query={}, waiting=True, query_changed_at=now)
    ListingFactory(title="New")
    assert tick(later(minutes=1)) == ["New"]


def test_more_items_than_a_batch_are_all_compared(search, monkeypatch):
    monkeypatch.setattr(instant, "BATCH_ITEMS", 3)
    tick()
    ListingFactory.create_batch(7)
    assert len(tick(later(minutes=1))) == 7
    assert tick(later(minutes=2)) == []


# --- When it runs itself --------------------------------------------------------------


def test_a_new_search_runs_once_and_then_waits(alice):
    data = {"item_type": "listings", "name": "All", "query": {}}
    search = save(alice, **data, frequency="instant")
    ListingFactory(title="First")
    assert tick(later(minutes=1)) == ["First"]
    search.refresh_from_db()
    assert search.waiting_digest == search.digest
    assert not SavedSearch.objects.due(at=later(days=1)).exists()
    ListingFactory(title="Second")
    assert tick(later(minutes=2)) == ["Second"]


def test_one_without_an_index_gets_it_and_runs_a_minute_later(alice):
    """As those that are older than the index."""
    search = SavedSearchFactory(user=alice, query={})
    IndexedSearch.objects.all().delete()
    ListingFactory(title="Boat")
    assert tick() == []
    assert IndexedSearch.objects.get().search == search
    assert tick(later(minutes=1)) == ["Boat"]


def test_another_query_by_the_code_of_before_is_indexed(search):
    """It knows neither index nor waiting."""
    SavedSearch.objects.update(query={"min_price": "500"}, digest="other")
    ListingFactory(price=100)
    ListingFactory(price=600, title="Dear")
    assert tick() == []
    assert tick(later(minutes=1)) == ["Dear"]
    assert IndexedSearch.objects.get().min_price == 500


def test_candidates_of_an_earlier_query_are_dropped(search):
    listing = ListingFactory(price=100)
    instant.compare_new_items(at=timezone.now(), ends=FAR)
    assert Candidate.objects.get().item_ids == [listing.pk]
    change(search, query={"min_price": "150"})
    # As if it had been posted while the query changed.
    Listing.objects.update(updated_at=later(seconds=1))
    instant.report_candidates(at=later(seconds=1), ends=FAR)
    assert not Alerted.objects.exists()
    assert not Candidate.objects.exists()


def test_a_search_that_becomes_daily_reports_the_rest_next_morning(search):
    ListingFactory(title="Told")
    assert tick() == ["Told"]
    ListingFactory(title="Compared")
    instant.compare_new_items(at=later(seconds=1), ends=FAR)
    change(search, frequency="daily")
    ListingFactory(title="Since")
    assert tick(later(seconds=40)) == []
    assert set(tick(later(days=1, hours=2))) == {"Compared", "Since"}
    assert not IndexedSearch.objects.exists()


def test_a_search_that_was_compared_begins_its_digest_there(search):
    SavedSearch.objects.update(watermark=timezone.now() - timedelta(days=20))
    at = timezone.now()
    tick(at)
    assert change(search, frequency="weekly").watermark == at


def test_a_daily_search_that_becomes_instant_reports_what_came_since(alice):
    search = SavedSearchFactory(user=alice, query={}, frequency="daily")
    SavedSearch.objects.update(next_at=later(hours=5))
    ListingFactory(title="Since the morning")
    assert tick() == []
    change(search, frequency="instant")
    assert tick(later(minutes=1)) == ["Since the morning"]


def test_a_search_that_is_off_has_no_index_and_no_news(search, alice):
    turn_off(alice.pk, search.pk)
    ListingFactory()
    assert tick() == []
    assert not IndexedSearch.objects.exists()


def test_a_waiting_search_that_its_list_no_longer_takes_ends(search):
    SavedSearch.objects.update(query={"condition": "a word of old"})
    ListingFactory()
    assert tick() == []
    assert SavedSearch.objects.get().frequency == "off"


def test_a_waiting_search_goes_with_its_candidates(api, search):
    ListingFactory()
    instant.compare_new_items(at=timezone.now(), ends=FAR)
    assert api.as_(search.user).delete(f"/api/saved-searches/{search.pk}")
    assert not Candidate.objects.exists()
    assert not IndexedSearch.objects.exists()


def test_its_next_run_is_never_in_the_past(api, search):
    """Its own `next_at` stays, for the code of before."""
    answer = api.as_(search.user).get(f"/api/saved-searches/{search.pk}").json()
    assert timezone.now().isoformat() < answer["next_at"]
    assert answer["next_at"] < later(seconds=61).isoformat()


# --- Nothing lost, nothing twice ------------------------------------------------------


def fail(*args, **kwargs):
    raise SystemExit


def test_a_worker_that_dies_while_it_compares_loses_nothing(search, monkeypatch):
    ListingFactory(title="Boat")
    monkeypatch.setattr(instant.ComparedItem.objects, "bulk_create", fail)
    with pytest.raises(SystemExit):
        tick()
    monkeypatch.undo()
    assert not Candidate.objects.exists()
    assert tick() == ["Boat"]


def test_a_worker_that_dies_before_it_reports_loses_nothing(search, monkeypatch):
    ListingFactory(title="Boat")
    monkeypatch.setattr(instant, "_finish", fail)  # the notification is written
    with pytest.raises(SystemExit):
        tick()
    monkeypatch.undo()
    assert not Notification.objects.exists()
    assert tick() == ["Boat"]
    assert tick(later(minutes=1)) == []


def test_one_that_the_database_refuses_holds_up_no_other(search, bob, monkeypatch):
    SavedSearchFactory(user=bob, query={}, waiting=True)
    ListingFactory(title="Boat")
    new_items = instant.new_items

    def broken(searches, ids):
        if search in searches:
            raise DatabaseError("too slow")
        return new_items(searches, ids)

    monkeypatch.setattr(instant, "new_items", broken)
    assert tick() == ["Boat"]
    assert Notification.objects.get().recipient == bob
    monkeypatch.undo()
    assert tick(later(minutes=4)) == []
    assert tick(later(minutes=6)) == ["Boat"]


def test_a_search_that_has_run_meanwhile_reports_once(search):
    ListingFactory(title="Boat")
    instant.compare_new_items(at=timezone.now(), ends=FAR)
    assert matching.send(search.pk, at=timezone.now())
    assert tick(later(minutes=1)) == []


# --- What it costs --------------------------------------------------------------------


def cost(at) -> int:
    with CaptureQueriesContext(connection) as queries:
        tick(at)
    return len(queries)


def test_searches_that_no_item_concerns_cost_nothing(search):
    ListingFactory(category="garden")
    tick()  # the categories are read
    ListingFactory(category="garden")
    at_one = cost(timezone.now())
    SavedSearchFactory.create_batch(20, waiting=True)  # of other categories
    ListingFactory(category="garden")
    assert cost(later(minutes=1)) == at_one


def test_twenty_searches_that_match_cost_as_many_queries_as_one(search):
    ListingFactory(category="garden")
    tick()  # the categories are read
    ListingFactory(category="garden")
    at_one = cost(timezone.now())
    for number in range(20):
        SavedSearchFactory(query={"max_price": str(201 + number)}, waiting=True)
    ListingFactory(category="garden")
    assert cost(later(minutes=1)) == at_one
    assert Alerted.objects.count() == 23


def test_many_matches_are_bounded(search, monkeypatch):
    monkeypatch.setattr(reporting, "MAX_ITEMS", 3)
    ListingFactory.create_batch(5)
    tick()
    assert Notification.objects.get().params["count"] == "3+"


def test_a_category_too_long_for_any_item_stops_no_other_search(alice):
    """In lower case a text can be longer than it was."""
    SavedSearchFactory(user=alice, query={"category": "\u0130" * 150}, waiting=True)
    SavedSearchFactory(user=alice, query={"max_price": "9999"}, waiting=True)
    ListingFactory(title="New")
    assert tick() == ["New"]


def test_an_item_is_compared_by_the_categories_of_now(alice):
    """Other processes have changed them, seconds ago."""
    top, sub = CategoryFactory(slug="top-new"), CategoryFactory(slug="sub-new")
    SavedSearchFactory(user=alice, query={"category": "top-new"}, waiting=True)
    tree.of("listings")  # is read, and kept
    type(sub).objects.filter(pk=sub.pk).update(parent=top)
    ListingFactory(title="Below", category="sub-new")
    assert tick() == ["Below"]


def test_an_item_that_changes_before_it_is_decided_is_compared_again(search, bob):
    item = ListingFactory(title="Dearer", seller=bob, price=100)
    now = timezone.now()
    instant.compare_new_items(at=now, ends=FAR)
    Listing.objects.filter(pk=item.pk).update(
        price=5000, updated_at=now + timedelta(seconds=1)
    )
    assert tick(now + timedelta(seconds=2)) == []
    Listing.objects.filter(pk=item.pk).update(
        price=50, updated_at=now + timedelta(seconds=3)
    )
    assert tick(now + timedelta(seconds=4)) == ["Dearer"]
