"""Accounts that are made to rate somebody do not make the rating."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import UserFactory
from notifications.models import Notification
from reviews import jobs, services
from reviews.models import Review
from reviews.tests.factories import ReviewFactory
from reviews.workflow import MODERATION
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db


def review_of_deal(worker, rating: int) -> Review:
    task = TaskFactory(completed=True, assigned_to=worker)
    return services.review_task(task, reviewer=task.creator, rating=rating, content="")


def free_review(person, rating: int, reviewer=None) -> Review:
    return services.review_person(
        reviewer=reviewer or UserFactory(),
        reviewed_user_id=person.pk,
        rating=rating,
        content="",
    )


def rating(api, person) -> tuple:
    body = api.get(f"/api/auth/users/{person.pk}").json()
    return body["average_rating"], body["reviews_count"], body["rating_basis"]


def test_the_rating_rests_on_deals_as_soon_as_there_is_one(api, bob):
    """B8: the number of reviews counts all."""
    assert rating(api, bob) == (None, 0, None)
    for _ in range(3):
        free_review(bob, 1)
    assert rating(api, bob) == (1.0, 3, "all")
    review_of_deal(bob, 5)
    assert rating(api, bob) == (5.0, 4, "deals")


def test_statistics_and_profile_agree(api, bob):
    """B8: both say which reviews the mean is of."""
    free_review(bob, 1)
    review_of_deal(bob, 4)
    stats = api.get(f"/api/reviews/user/{bob.pk}/stats").json()
    shown = (stats["average_rating"], stats["total_reviews"], stats["rating_basis"])
    assert shown == rating(api, bob) == (4.0, 2, "deals")
    assert stats["rating_breakdown"] == {"1": 1, "2": 0, "3": 0, "4": 1, "5": 0}


def test_the_reputation_counts_what_the_rating_rests_on(bob):
    """B8: a hundred bought reviews do not weigh the one of a deal."""
    review_of_deal(bob, 5)
    bob.refresh_from_db()
    before = bob.reputation_score
    for _ in range(3):
        free_review(bob, 5)
    bob.refresh_from_db()
    assert bob.reputation_score == before


@pytest.fixture
def a_week(settings):
    settings.REVIEW_MIN_ACCOUNT_DAYS = 7
    return timedelta(days=7)


def test_a_review_of_a_new_account_waits(api, bob, mallory, a_week):
    """B8: only its author sees it; it does not count and nobody is notified."""
    given = {"reviewed_user_id": bob.pk, "rating": 1}
    answer = api.as_(mallory).post("/api/reviews", given).json()
    path = f"/api/reviews/{answer['id']}"
    assert answer["review"]["is_delayed"] is True
    assert [c.get(path).status_code for c in (api, api.as_(bob), api.as_(mallory))] == [
        404,
        404,
        200,
    ]
    assert api.get("/api/reviews").json() == []
    assert rating(api, bob) == (None, 0, None)
    assert not Notification.objects.exists()


def test_it_is_shown_when_the_account_is_old_enough(api, bob, mallory, a_week):
    """B8: then it counts, and the person is notified, once."""
    free_review(bob, 2, mallory)
    later = timezone.now() + a_week + timedelta(minutes=1)
    assert jobs.show_delayed_reviews(timezone.now(), dry_run=False) == 0
    assert jobs.show_delayed_reviews(later, dry_run=True) == 1
    assert [jobs.show_delayed_reviews(later, dry_run=False) for _ in "ab"] == [1, 0]
    assert rating(api, bob) == (2.0, 1, "all")
    assert Notification.objects.get().kind == "review_received"


def test_a_deal_and_an_old_account_wait_for_nothing(api, bob, a_week):
    """B8: the delay is of reviews without a deal by new accounts."""
    long_ago = timezone.now() - a_week - timedelta(days=1)
    free_review(bob, 4, UserFactory(created_at=long_ago))
    assert rating(api, bob) == (4.0, 1, "all")
    review_of_deal(bob, 3)
    assert rating(api, bob) == (3.0, 2, "deals")


def expected(person) -> tuple:
    """SQL apart from the product's: what everybody may see."""
    rows = Review.objects.filter(
        reviewed_user=person,
        moderation="visible",
        reviewer__is_active=True,
        is_delayed=False,
    )
    stars = list(rows.values_list("rating", flat=True))
    deals = list(rows.exclude(task=None).values_list("rating", flat=True))
    of = deals or stars
    return (sum(of) / len(of) if of else 0, len(stars), len(deals))


def test_stored_ratings_follow_every_change(alice, bob, staff, a_week):
    """B8, F4: random creations, edits, deletions and decisions of staff."""
    rng = random.Random(8)
    for _ in range(40):
        rows = list(Review.objects.filter(moderation="visible"))
        step = rng.choice(("free", "deal", "edit", "delete", "hide", "show"))
        if step == "free" or not rows:
            days = rng.choice((0, 30))
            born = timezone.now() - timedelta(days=days)
            free_review(bob, rng.randint(1, 5), UserFactory(created_at=born))
        elif step == "deal":
            review_of_deal(bob, rng.randint(1, 5))
        elif step == "show":
            jobs.show_delayed_reviews(timezone.now() + a_week, dry_run=False)
        else:
            change(step, rng.choice(rows), rng, staff)
        bob.refresh_from_db()
        stored = (bob.average_rating, bob.reviews_count, bob.deal_reviews_count)
        assert stored == pytest.approx(expected(bob))
        assert list(services.misrated()) == []


def change(step: str, review: Review, rng: random.Random, staff) -> None:
    if step == "edit":
        services.edit(review, actor=review.reviewer, rating=rng.randint(1, 5))
    elif step == "delete":
        services.delete(review, actor=review.reviewer)
    else:
        MODERATION.run("hide", review, actor=staff, reason="Insult.")


def test_a_wrong_number_of_deals_is_repaired(bob):
    """B8: also rows from before the column."""
    ReviewFactory(reviewed_user=bob, rating=1)
    review_of_deal(bob, 5)
    type(bob).objects.filter(pk=bob.pk).update(deal_reviews_count=0, average_rating=3)
    assert list(services.misrated()) == [bob.pk]
    services.rate_person(bob.pk)
    assert list(services.misrated()) == []
