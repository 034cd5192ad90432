"""Races of reviews and of the rating that follows from them."""

from accounts.models import User
from reviews.models import Review
from tests.live.harness import Call, Harness
from tests.live.race_scenarios import race_scenario
from tests.live.race_scenarios.cast import fifty_people, new_task, people, post, token


def check_rating(harness: Harness, person: User) -> None:
    """F4: the stored rating equals the mean and the count of the rows."""
    ratings = Review.objects.filter(reviewed_user=person).values_list("rating")
    stars = [rating for (rating,) in ratings]
    person.refresh_from_db()
    average = sum(stars) / len(stars) if stars else 0
    harness.check_equal("reviews_count", person.reviews_count, len(stars))
    harness.check_equal("average", round(person.average_rating, 6), round(average, 6))


@race_scenario(rounds=10)
def review_a_task_twenty_times(harness: Harness) -> None:
    """F3: each party of a task reviews it at most once."""
    worker = people(1)[0]
    task = new_task(completed=True, assigned_to=worker)
    review = post(f"/api/reviews/task/{task.pk}", task.creator, rating=4)
    harness.check_statuses(harness.send_together([review] * 20), {201: 1, 409: 19})
    harness.check_equal("rows", task.reviews.count(), 1)
    check_rating(harness, worker)


@race_scenario(rounds=10)
def review_each_other(harness: Harness) -> None:
    """Both parties of eight tasks at once: no deadlock."""
    one, other = people(2)
    tasks = [new_task(completed=True, creator=one, assigned_to=other) for _ in range(8)]
    calls = [
        post(f"/api/reviews/task/{task.pk}", person, rating=5)
        for task in tasks
        for person in (one, other)
    ]
    harness.check_statuses(harness.send_together(calls), {201: len(calls)})
    check_rating(harness, one)
    check_rating(harness, other)


@race_scenario(rounds=2)
def rate_one_person(harness: Harness) -> None:
    """F4: fifty reviews at once, then edits and deletions of them at once."""
    person = people(1)[0]
    calls = [
        post("/api/reviews", p, reviewed_user_id=person.pk, rating=number % 5 + 1)
        for number, p in enumerate(fifty_people())
    ]
    answers = harness.send_together(calls)
    harness.check_statuses(answers, {201: 50})
    check_rating(harness, person)
    rows = Review.objects.filter(reviewed_user=person).select_related("reviewer")
    changes = [
        Call("PATCH", f"/api/reviews/{row.pk}", token(row.reviewer), {"rating": 5})
        if row.pk % 2
        else Call("DELETE", f"/api/reviews/{row.pk}", token(row.reviewer))
        for row in rows
    ]
    harness.check_statuses(harness.send_together(changes), {200: 50})
    check_rating(harness, person)
