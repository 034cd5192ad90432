"""Races of reviews, and for the rating that they come to."""

from accounts.models import User
from reviews.models import Review
from tests.live.contests import contest
from tests.live.contests.cast import crowd, new_task, people, post, token
from tests.live.stage import Call, Stage


def check_rating(stage: Stage, person: User) -> None:
    """F4: the rating is what the rows come to."""
    ratings = Review.objects.filter(reviewed_user=person).values_list("rating")
    stars = [rating for (rating,) in ratings]
    person.refresh_from_db()
    average = sum(stars) / len(stars) if stars else 0
    stage.same("reviews_count", person.reviews_count, len(stars))
    stage.same("average", round(person.average_rating, 6), round(average, 6))


@contest(rounds=10)
def review_a_task_twenty_times(stage: Stage) -> None:
    """F3: a party of a task reviews it once."""
    worker = people(1)[0]
    task = new_task(completed=True, assigned_to=worker)
    review = post(f"/api/reviews/task/{task.pk}", task.creator, rating=4)
    stage.statuses(stage.at_once([review] * 20), {201: 1, 409: 19})
    stage.same("rows", task.reviews.count(), 1)
    check_rating(stage, worker)


@contest(rounds=10)
def review_each_other(stage: Stage) -> None:
    """Both parties of eight tasks at once: nobody waits for ever."""
    one, other = people(2)
    tasks = [new_task(completed=True, creator=one, assigned_to=other) for _ in range(8)]
    calls = [
        post(f"/api/reviews/task/{task.pk}", person, rating=5)
        for task in tasks
        for person in (one, other)
    ]
    stage.statuses(stage.at_once(calls), {201: len(calls)})
    check_rating(stage, one)
    check_rating(stage, other)


@contest(rounds=2)
def rate_one_person(stage: Stage) -> None:
    """F4: fifty reviews at once, then edits and deletions of them at once."""
    person = people(1)[0]
    calls = [
        post("/api/reviews", p, reviewed_user_id=person.pk, rating=number % 5 + 1)
        for number, p in enumerate(crowd())
    ]
    answers = stage.at_once(calls)
    stage.statuses(answers, {201: 50})
    check_rating(stage, person)
    rows = Review.objects.filter(reviewed_user=person).select_related("reviewer")
    changes = [
        Call("PATCH", f"/api/reviews/{row.pk}", token(row.reviewer), {"rating": 5})
        if row.pk % 2
        else Call("DELETE", f"/api/reviews/{row.pk}", token(row.reviewer))
        for row in rows
    ]
    stage.statuses(stage.at_once(changes), {200: 50})
    check_rating(stage, person)
