"""Reviews of people, and the ratings they come to."""

import pytest

from accounts import moderation
from listings.tests.factories import ListingFactory
from reviews import services
from reviews.tests.factories import ReviewFactory
from reviews.workflow import MODERATION
from tasks.tests.factories import TaskFactory


@pytest.fixture
def task(alice, bob):
    return TaskFactory(creator=alice, assigned_to=bob, completed=True)


def test_the_client_reviews_the_worker(api, task, alice, bob):
    path = f"/api/reviews/task/{task.pk}"
    answer = api.as_(alice).post(path, {"rating": 4, "content": ""}).json()
    bob.refresh_from_db()
    assert answer["id"] == answer["review"]["id"]
    assert answer["review"]["review_type"] == "client_review"
    assert answer["review"]["verified"] is True
    assert (bob.average_rating, bob.reviews_count) == (4, 1)


def test_the_worker_reviews_the_client(api, task, alice, bob):
    path = f"/api/reviews/task/{task.pk}"
    review = api.as_(bob).post(path, {"rating": 5}).json()["review"]
    assert (review["reviewed_user_id"], review["review_type"]) == (
        alice.pk,
        "worker_review",
    )


def test_a_task_is_reviewed_once_by_each(api, task, alice):
    """F3."""
    path = f"/api/reviews/task/{task.pk}"
    statuses = [api.as_(alice).post(path, {"rating": 5}).status_code for _ in range(2)]
    assert statuses == [201, 409]


def test_a_stranger_and_an_unfinished_task_get_no_review(api, task, alice, mallory):
    """F3: the task is public, so the stranger hears 403."""
    unfinished = TaskFactory(creator=alice, done=True)
    given = {"rating": 1}
    stranger = api.as_(mallory).post(f"/api/reviews/task/{task.pk}", given)
    early = api.as_(alice).post(f"/api/reviews/task/{unfinished.pk}", given)
    assert (stranger.status_code, early.status_code) == (403, 409)


@pytest.mark.parametrize("rating", [0, 6, 4.5, None, "5; drop", True, "5"])
def test_a_rating_is_a_whole_number_from_1_to_5(api, alice, bob, rating):
    """F5."""
    given = {"reviewed_user_id": bob.pk, "rating": rating, "content": "x"}
    assert api.as_(alice).post("/api/reviews", given).status_code == 400


def test_a_free_review_is_unverified_and_once_per_pair(api, alice, bob):
    given = {"reviewed_user_id": bob.pk, "rating": 5, "content": "x", "verified": True}
    first = api.as_(alice).post("/api/reviews", given)
    assert (first.status_code, first.json()["review"]["verified"]) == (201, False)
    assert api.as_(alice).post("/api/reviews", given).status_code == 409


def test_a_free_review_can_be_refused_by_a_setting(api, alice, bob, settings):
    settings.REVIEWS_REQUIRE_DEAL = True
    given = {"reviewed_user_id": bob.pk, "rating": 5, "content": "x"}
    assert api.as_(alice).post("/api/reviews", given).status_code == 403


def test_naming_a_task_asks_for_a_part_in_it(api, task, bob, mallory):
    given = {"reviewed_user_id": bob.pk, "rating": 5, "task_id": task.pk}
    assert api.as_(mallory).post("/api/reviews", given).status_code == 403


def test_naming_a_listing_does_not_verify(api, alice, bob):
    listing = ListingFactory(seller=bob)
    given = {"reviewed_user_id": bob.pk, "rating": 5, "listing_id": listing.pk}
    review = api.as_(alice).post("/api/reviews", given).json()["review"]
    assert (review["listing_id"], review["verified"]) == (listing.pk, False)


@pytest.mark.parametrize(("who", "status"), [("alice", 400), (None, 404)])
def test_oneself_and_nobody_are_not_reviewed(api, alice, who, status):
    given = {"reviewed_user_id": alice.pk if who else 10**9, "rating": 5}
    assert api.as_(alice).post("/api/reviews", given).status_code == status


def test_only_the_author_changes_a_review(api, alice, bob, mallory):
    review = ReviewFactory(reviewer=alice, reviewed_user=bob, rating=5)
    path = f"/api/reviews/{review.pk}"
    assert api.as_(mallory).put(path, {"rating": 1}).status_code == 403
    assert api.as_(mallory).delete(path).status_code == 403
    assert api.as_(alice).put(path, {"rating": 2}).json()["review"]["rating"] == 2
    bob.refresh_from_db()
    assert bob.average_rating == 2
    assert api.as_(alice).delete(path).status_code == 200
    bob.refresh_from_db()
    assert (bob.average_rating, bob.reviews_count) == (0, 0)


def test_can_review_says_why_not(api, task, alice, mallory):
    path = f"/api/reviews/task/{task.pk}"
    may = api.as_(alice).get(f"{path}/can-review").json()
    assert (may["can_review"], may["reviewee"]["username"]) == (True, "bob")
    api.as_(alice).post(path, {"rating": 5})
    done = api.as_(alice).get(f"{path}/can-review").json()
    assert (done["can_review"], done["existing_review"]["rating"]) == (False, 5)
    stranger = api.as_(mallory).get(f"{path}/can-review").json()
    assert stranger["can_review"] is False
    assert stranger["reason"]


def test_a_hidden_review_counts_no_more(api, alice, bob, staff):
    review = ReviewFactory(reviewer=alice, reviewed_user=bob, rating=1)
    services.rate(review)
    MODERATION.run("hide", review, actor=staff, reason="Insult.")
    bob.refresh_from_db()
    assert bob.reviews_count == 0
    assert api.get(f"/api/auth/users/{bob.pk}/reviews").json()["total"] == 0
    MODERATION.run("restore", review, actor=staff, reason="Checked.")
    bob.refresh_from_db()
    assert bob.reviews_count == 1


def test_stats_add_up(api, task, alice, bob):
    ReviewFactory(
        reviewer=alice,
        reviewed_user=bob,
        rating=5,
        task=task,
        review_type="client_review",
    )
    ReviewFactory(reviewed_user=bob, rating=2)
    stats = api.get(f"/api/reviews/user/{bob.pk}/stats").json()
    assert (stats["total_reviews"], stats["average_rating"]) == (2, 5.0)
    assert stats["rating_breakdown"] == {"1": 0, "2": 1, "3": 0, "4": 0, "5": 1}
    assert stats["as_worker"] == {"count": 1, "average": 5.0}
    assert stats["as_client"] == {"count": 0, "average": None}


def test_the_list_is_a_bare_array_with_both_people(api, alice, bob):
    ReviewFactory(reviewer=alice, reviewed_user=bob, rating=3)
    [row] = api.get(f"/api/reviews?reviewed_user_id={bob.pk}&rating_min=3").json()
    assert (row["reviewer_name"], row["reviewed_user"]["username"]) == ("alice", "bob")
    assert api.get("/api/reviews?rating_min=4").json() == []


def test_what_a_suspended_person_said_counts_no_more(alice, bob, staff):
    """G10."""
    services.rate(ReviewFactory(reviewer=alice, reviewed_user=bob, rating=1))
    moderation.suspend(alice, actor=staff, reason="Fake reviews.")
    bob.refresh_from_db()
    assert bob.reviews_count == 0
    moderation.restore(alice, actor=staff, reason="Checked.")
    bob.refresh_from_db()
    assert (bob.reviews_count, bob.average_rating) == (1, 1)


def test_a_hidden_review_cannot_be_taken_back_and_written_anew(api, alice, bob, staff):
    """S7."""
    review = ReviewFactory(reviewer=alice, reviewed_user=bob, rating=1)
    MODERATION.run("hide", review, actor=staff, reason="Insult.")
    client, path = api.as_(alice), f"/api/reviews/{review.pk}"
    again = {"reviewed_user_id": bob.pk, "rating": 1}
    assert client.delete(path).status_code == 409
    assert client.put(path, {"content": "Worse."}).status_code == 409
    assert client.post("/api/reviews", again).status_code == 409
