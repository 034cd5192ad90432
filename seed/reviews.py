"""Reviews and favorites."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from favorites.models import Favorite
from reviews.models import Review
from seed import sentences
from seed.market import HIDDEN, Market
from seed.plan import NOBODY
from seed.tables import new_row
from seed.words.trades import REMARKS

ITEM_TYPES, ITEM_TYPE_SHARES = ("listing", "task", "offering"), (50, 25, 25)


def reviews(market: Market) -> Iterator[Review]:
    """Return all reviews. Call it after the tasks are made."""
    rng = market.rng("reviews")
    first_id = market.first_ids[Review]
    for number in range(market.plan.size.reviews):
        yield _review(first_id + number, number, market, rng)


def _review(pk: int, number: int, market: Market, rng: Random) -> Review:
    plan = market.plan
    task, rating = plan.review_tasks[number], plan.ratings[number]
    start = market.calendar.before(100) if task == NOBODY else market.completed_at[task]
    waited = (market.calendar.today - start).total_seconds() * rng.random()
    at = start + timedelta(seconds=int(waited))
    review = new_row(
        Review,
        id=pk,
        reviewer_id=market.person_id(plan.reviewers[number]),
        reviewed_user_id=market.person_id(plan.reviewed[number]),
        rating=rating,
        content=sentences.compose(rng, sentences.pick_language(rng), REMARKS[rating]),
        created_at=at,
        updated_at=at,
    )
    if task != NOBODY:
        by_client = plan.reviewers[number] == plan.creators[task]
        review.task_id = market.task_id(task)
        review.review_type = Review.Type.CLIENT if by_client else Review.Type.WORKER
    if plan.hidden_reviews[number]:
        market.moderate(review, HIDDEN, rng)
    return review


def favorites(market: Market) -> Iterator[Favorite]:
    """Return all favorites, each user and item once."""
    rng = market.rng("favorites")
    size, first_id = market.plan.size, market.first_ids[Favorite]
    totals = {"listing": size.listings, "task": size.tasks, "offering": size.offerings}
    ids = {
        "listing": market.listing_id,
        "task": market.task_id,
        "offering": market.offering_id,
    }
    marked: set[tuple[int, str, int]] = set()
    while len(marked) < size.favorites:
        item_type = rng.choices(ITEM_TYPES, ITEM_TYPE_SHARES)[0]
        person = market.plan.random_person(rng)
        item = int(totals[item_type] * rng.random() ** 1.5)
        mark = (person, item_type, item)
        if mark in marked:
            continue
        marked.add(mark)
        yield new_row(
            Favorite,
            id=first_id + len(marked) - 1,
            user_id=market.person_id(person),
            created_at=market.calendar.recent(rng, 30),
            **{f"{item_type}_id": ids[item_type](item)},
        )
