"""Saved searches notify of new items, each item once."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import suspend
from alerts import matching, reporting
from alerts.matching import send_due
from alerts.models import Alerted, SavedSearch
from alerts.services import change, save
from alerts.tests.factories import SavedSearchFactory
from jobs.models import Job
from listings import services as listings
from listings.models import Listing
from listings.tests.factories import ListingFactory
from listings.workflow import LISTING_WORKFLOW, MODERATION
from messaging import blocks
from notifications.models import Notification
from notifications.services import set_preference
from offerings.tests.factories import OfferingFactory
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def search(alice):
    return SavedSearchFactory(user=alice, query={"max_price": "200"})


@pytest.fixture
def digest(alice):
    return SavedSearchFactory(user=alice, query={"max_price": "200"}, frequency="daily")


def tick(at=None) -> list[str]:
    """Run the searches that are due; return the titles of the notifications."""
    known = set(Notification.objects.values_list("pk", flat=True))
    send_due(at=at or timezone.now(), seconds=60)
    new = Notification.objects.exclude(pk__in=known).order_by("pk")
    return [item["title"] for row in new for item in row.params["items"]]


def later(**time):
    return timezone.now() + timedelta(**time)


# --- What is news ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "factory"),
    [
        ("listings", ListingFactory),
        ("tasks", TaskFactory),
        ("offerings", OfferingFactory),
    ],
)
def test_each_kind_tells_of_its_new_items(alice, kind, factory):
    SavedSearchFactory(user=alice, item_type=kind, query={})
    assert tick() == []
    item = factory(title="The new one")
    assert tick(later(minutes=1)) == ["The new one"]
    row = Notification.objects.get()
    assert (row.recipient, row.kind) == (alice, "saved_search")
    assert row.params["items"][0]["path"] == f"/{kind}/{item.pk}"


def test_what_was_there_before_the_search_is_in_the_list_alone(alice):
    ListingFactory(title="Old")
    data = {"item_type": "listings", "name": "All", "query": {}, "frequency": "instant"}
    save(alice, **data)
    ListingFactory(title="New")
    assert tick(later(minutes=1)) == ["New"]


def test_the_same_item_is_never_told_of_twice(search):
    listing = ListingFactory(title="Boat")
    assert tick() == ["Boat"]
    listings.edit(listing, actor=listing.seller, title="Better boat")
    assert tick(later(minutes=1)) == tick(later(days=40)) == []


def test_ones_own_item_is_no_news(search, alice):
    ListingFactory(seller=alice)
    assert tick() == []


def test_a_task_that_one_has_done_is_no_news(alice):
    query = {"status": "completed"}
    SavedSearchFactory(user=alice, item_type="tasks", query=query)
    TaskFactory(completed=True, assigned_to=alice)
    assert tick() == []


def test_an_item_that_comes_to_match_is_news(search):
    listing = ListingFactory(price=300)
    assert tick() == []
    listings.edit(listing, actor=listing.seller, price=199, title="Now cheap")
    assert tick(later(minutes=1)) == ["Now cheap"]


def test_an_item_that_is_for_sale_again_is_news(search):
    listing = ListingFactory(status="archived", title="Back")
    assert tick() == []
    LISTING_WORKFLOW.run("activate", listing, actor=listing.seller)
    assert tick(later(minutes=1)) == ["Back"]


@pytest.mark.parametrize("act", ["hide", "remove"])
def test_what_staff_took_down_is_no_news_until_it_is_restored(search, staff, act):
    listing = ListingFactory(title="Fine after all")
    MODERATION.run(act, listing, actor=staff, reason="Spam.")
    assert tick() == []
    MODERATION.run("restore", listing, actor=staff, reason="Mistake.")
    assert tick(later(minutes=1)) == ["Fine after all"]


def test_what_was_deleted_is_no_news(search):
    listing = ListingFactory()
    LISTING_WORKFLOW.run("delete", listing, actor=listing.seller)
    assert tick() == []


def test_items_of_the_suspended_are_no_news(search, bob):
    ListingFactory(seller=bob)
    suspend(type(bob).objects.filter(pk=bob.pk))
    assert tick() == []


@pytest.mark.parametrize("by", ["alice", "bob"])
def test_items_of_people_who_are_blocked_either_way_are_no_news(search, alice, bob, by):
    one, other = (alice, bob) if by == "alice" else (bob, alice)
    blocks.block(blocker=one, user_id=other.pk)
    ListingFactory(seller=bob)
    ListingFactory(title="A stranger's")
    assert tick() == ["A stranger's"]


def test_what_commits_late_is_still_found(search):
    """Its time lies before the last run, which could not see it yet."""
    tick()
    listing = ListingFactory(title="Late")
    written = timezone.now() - 4 * MINUTE
    Listing.objects.filter(pk=listing.pk).update(updated_at=written)
    assert tick(later(minutes=1)) == ["Late"]


# --- Recipients -----------------------------------------------------------------------


def test_the_suspended_are_told_nothing_then_or_later(search, alice):
    ListingFactory()
    suspend(type(alice).objects.filter(pk=alice.pk))
    assert tick() == []
    type(alice).objects.filter(pk=alice.pk).update(is_active=True)
    assert tick(later(minutes=10)) == []


def test_who_wants_neither_list_nor_letter_gets_none(search, alice):
    set_preference(alice, "searches", in_app=False, email=False)
    ListingFactory()
    assert tick() == []
    assert not Job.objects.exists()


def test_each_who_looks_for_it_is_told(search, bob):
    SavedSearchFactory(user=bob, query={})
    ListingFactory(title="Boat")
    assert tick() == ["Boat", "Boat"]


def test_another_question_tells_of_what_comes_from_now_on(search):
    ListingFactory(title="Before")
    change(search, query={"category": "sports"})
    ListingFactory(title="After")
    assert tick(later(minutes=1)) == ["After"]


def test_another_question_does_not_repeat_what_the_first_told_of(search):
    listing = ListingFactory()
    tick()
    change(search, query={})
    listings.edit(listing, actor=listing.seller, title="Edited")
    assert tick(later(minutes=1)) == []


def test_a_search_that_was_off_does_not_tell_of_that_time(search):
    change(search, frequency="off")
    ListingFactory(title="Meanwhile")
    assert tick() == []
    change(search, frequency="instant")
    ListingFactory(title="Now")
    assert tick(later(minutes=1)) == ["Now"]


def test_a_search_that_its_list_no_longer_takes_ends(search):
    SavedSearch.objects.update(query={"condition": "a word of old"})
    ListingFactory()
    assert tick() == []
    assert SavedSearch.objects.get().frequency == "off"


# --- When -----------------------------------------------------------------------------


def test_instant_is_told_in_the_next_minute(search):
    for minute in range(3):
        title = f"Boat {minute}"
        listing = ListingFactory(title=title)
        at = timezone.now() + minute * MINUTE
        Listing.objects.filter(pk=listing.pk).update(updated_at=at)
        assert tick(at) == [title]


@pytest.mark.parametrize(("frequency", "days"), [("daily", 1), ("weekly", 7)])
def test_a_digest_gathers_what_came_since_the_last(alice, frequency, days):
    data = {"item_type": "listings", "name": "All", "query": {}, "frequency": frequency}
    first = save(alice, **data).next_at
    for title in ("One", "Two"):
        ListingFactory(title=title)
    assert tick(first - MINUTE) == []
    assert tick(first) == ["Two", "One"]
    assert SavedSearch.objects.get().next_at - first in (
        days * DAY,
        days * DAY - 60 * MINUTE,  # over a change of the clocks
        days * DAY + 60 * MINUTE,
    )
    assert tick(first + days * DAY - 61 * MINUTE) == []


# --- How much -------------------------------------------------------------------------


def test_a_letter_names_ten_and_counts_the_others(search):
    ListingFactory.create_batch(12)
    assert len(tick()) == 10
    data = Notification.objects.get().params
    assert (data["count"], data["more"]) == ("12", "2")
    assert Alerted.objects.count() == 12


def test_a_flood_is_bounded(digest, monkeypatch):
    monkeypatch.setattr(reporting, "MAX_ITEMS", 3)
    monkeypatch.setattr(reporting, "MAX_LISTED_ITEMS", 2)
    ListingFactory.create_batch(5)
    tick()
    data = Notification.objects.get().params
    assert (data["count"], data["more"]) == ("3+", "1+")


def test_all_batches_are_asked_and_time_is_bounded(monkeypatch):
    monkeypatch.setattr(matching, "BATCH_SEARCHES", 2)
    SavedSearchFactory.create_batch(5, query={})
    ListingFactory(title="Boat")
    assert not send_due(at=timezone.now(), seconds=0)
    assert tick() == ["Boat"] * 5
    assert send_due(at=timezone.now(), seconds=60)


def test_one_that_fails_holds_up_no_other(digest, bob, monkeypatch):
    SavedSearchFactory(user=bob, query={}, frequency="daily")
    ListingFactory(title="Boat")
    send = matching.send

    def broken(pk, *, at):
        if pk == digest.pk:
            raise OperationalError("too slow")
        return send(pk, at=at)

    monkeypatch.setattr(matching, "send", broken)
    assert tick() == ["Boat"]
    assert Notification.objects.get().recipient == bob
    monkeypatch.undo()
    assert tick(later(minutes=4)) == []  # it is not due
    assert tick(later(minutes=6)) == ["Boat"]


def test_nothing_is_told_of_what_is_rolled_back(digest, monkeypatch):
    monkeypatch.setattr(reporting, "report", lambda *found: 1 / 0)
    ListingFactory(title="Boat")
    with pytest.raises(ZeroDivisionError):
        tick()
    monkeypatch.undo()
    assert not Alerted.objects.exists()
    assert tick(later(minutes=6)) == ["Boat"]


def cost(at) -> int:
    with CaptureQueriesContext(connection) as queries:
        tick(at)
    return len(queries)


def test_twenty_items_cost_as_many_queries_as_one(digest):
    ListingFactory()
    tick()  # the categories are read
    ListingFactory()
    SavedSearch.objects.update(next_at=digest.next_at)
    at_one = cost(timezone.now())
    SavedSearch.objects.update(next_at=digest.next_at)
    ListingFactory.create_batch(20)
    assert cost(later(minutes=1)) == at_one


def test_searches_of_a_kind_without_news_cost_nothing_each():
    tick()
    SavedSearchFactory(frequency="daily")
    at_one = cost(timezone.now())
    SavedSearchFactory.create_batch(20, frequency="daily")
    assert cost(later(minutes=1)) == at_one
