"""Hidden content and content of suspended people is in no list and no count."""

import itertools

import pytest

from accounts.tests.factories import suspend
from audit.tests.factories import hide
from listings.tests.factories import ListingFactory
from offerings.tests.factories import OfferingFactory
from reviews.tests.factories import ReviewFactory
from tasks.tests.factories import TaskFactory
from tests.lists import LISTS, rows

pytestmark = pytest.mark.django_db


def hidden(person) -> None:
    ListingFactory(seller=person, hidden=True)
    TaskFactory(creator=person, hidden=True)
    OfferingFactory(creator=person, hidden=True)
    ReviewFactory(reviewer=person, moderation="hidden")


def removed(person) -> None:
    for factory, owner in ((ListingFactory, "seller"), (TaskFactory, "creator")):
        factory(moderation="removed", **{owner: person})
    OfferingFactory(creator=person, moderation="removed")
    ReviewFactory(reviewer=person, moderation="removed")


def suspended(person) -> None:
    ListingFactory(seller=person)
    TaskFactory(creator=person)
    OfferingFactory(creator=person)
    ReviewFactory(reviewer=person)
    suspend(type(person).objects.filter(pk=person.pk), is_helper=True)


QUESTIONS = (
    "",
    "status=all",
    "search=a",
    "owner={0}",
    "reviewer_id={0}",
    "latitude=56.95&longitude=24.1&radius=50",
    "category=sports,snow-removal,tutoring",
)


@pytest.mark.parametrize("url", LISTS)
@pytest.mark.parametrize("fate", [hidden, removed, suspended])
def test_hidden_content_is_in_no_list_and_no_count(api, alice, bob, url, fate):
    """G10: whatever is asked, and whoever asks."""
    fate(alice)
    readers = (api, api.as_(bob))
    for reader, question in itertools.product(readers, QUESTIONS):
        answer = reader.get(f"{url}?{question.format(alice.pk)}")
        assert (rows(answer), answer["X-Total-Count"]) == ([], "0")


@pytest.mark.parametrize("change", ["hidden", "removed", "suspended"])
def test_hidden_content_leaves_favorites_and_statistics(api, alice, bob, change):
    """G10: and comes back with the decision."""
    listing = ListingFactory(seller=alice)
    review = ReviewFactory(reviewer=alice, reviewed_user=bob)
    reader = api.as_(bob)
    reader.post("/api/favorites", {"item_type": "listing", "item_id": listing.pk})
    stats = f"/api/reviews/user/{bob.pk}/stats"
    assert reader.get("/api/favorites/count").json()["total"] == 1
    if change == "suspended":
        suspend(type(alice).objects.filter(pk=alice.pk))
    else:
        hide(type(listing).objects, change)
        hide(type(review).objects, change)
    assert rows(reader.get("/api/favorites")) == []
    assert reader.get("/api/favorites/count").json()["total"] == 0
    assert reader.get(stats).json()["total_reviews"] == 0
    assert rows(reader.get(f"/api/auth/users/{bob.pk}/reviews")) == []


def test_hidden_task_leaves_the_applications_to_it(api, alice, bob):
    """G10: an applicant is a stranger to what staff have hidden."""
    task = TaskFactory(creator=alice)
    api.as_(bob).post(f"/api/tasks/{task.pk}/apply", {"message": "Me."})
    assert len(rows(api.as_(bob).get("/api/tasks/my-applications"))) == 1
    hide(type(task).objects, moderation_reason="SECRET")
    assert rows(api.as_(bob).get("/api/tasks/my-applications")) == []


@pytest.mark.parametrize("status", ["archived", "deleted", "sold", "pending"])
def test_list_holds_what_is_for_sale(api, status):
    """G10: what is sold, archived or deleted is not."""
    ListingFactory(status=status)
    assert rows(api.get("/api/listings")) == []


@pytest.mark.parametrize("asked", ["archived", "deleted", "all"])
def test_status_of_others_is_not_searched(api, alice, bob, asked):
    """G10: asking for a status shows no more than its owner would."""
    ListingFactory(seller=alice, status="archived")
    ListingFactory(seller=alice, status="deleted")
    assert rows(api.as_(bob).get(f"/api/listings?status={asked}")) == []
