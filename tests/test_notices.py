"""Where people are told from, besides tasks and the clock."""

import pytest
from django.core import mail

from listings import workflow as listings
from listings.tests.factories import ListingFactory
from notifications.models import Notification
from offerings import workflow as offerings
from offerings.tests.factories import OfferingFactory
from reviews.services import review_person
from reviews.tests.factories import ReviewFactory
from reviews.workflow import MODERATION as REVIEW_MODERATION

pytestmark = pytest.mark.django_db
MODERATIONS = {
    ListingFactory: listings.MODERATION,
    OfferingFactory: offerings.MODERATION,
}


def test_who_joins_is_welcomed(api, run_jobs):
    body = {"username": "new", "email": "new@example.com", "password": "quiet-Harb-7"}
    api.post("/api/auth/register", body, HTTP_ACCEPT_LANGUAGE="lv")
    run_jobs()
    [row] = Notification.objects.all()
    assert row.kind == "welcome"
    # The address is not confirmed: the welcome stays in the app.
    [letter] = mail.outbox
    assert letter.subject == "Apstipriniet savu e-pasta adresi"


def test_nobody_is_welcomed_who_could_not_join(api, alice):
    body = {"username": "alice", "email": "new@example.com", "password": "quiet-Harb-7"}
    assert api.post("/api/auth/register", body).status_code == 409
    assert not Notification.objects.exists()


def test_the_reviewed_hears_of_the_review(alice, bob):
    params = {"rating": 5, "content": "Spotless."}
    review_person(reviewer=alice, reviewed_user_id=bob.pk, **params)
    row = Notification.objects.get()
    assert (row.recipient, row.kind) == (bob, "review_received")
    assert row.params == {"name": "Alice Owner", "rating": 5}


def test_the_author_of_a_review_hears_that_it_was_hidden(staff):
    review = ReviewFactory(rating=2)
    REVIEW_MODERATION.run("hide", review, actor=staff, reason="Insults.")
    row = Notification.objects.get(kind="content_hidden")
    assert row.recipient == review.reviewer
    assert row.params["title"] == "★★"


@pytest.mark.parametrize("factory", [ListingFactory, OfferingFactory])
def test_who_posted_hears_that_it_was_removed(factory, staff):
    item = factory()
    MODERATIONS[factory].run("remove", item, actor=staff, reason="Spam.")
    row = Notification.objects.get()
    assert row.kind == "content_removed"
    assert row.recipient_id == getattr(item, f"{item.owner_field}_id")
