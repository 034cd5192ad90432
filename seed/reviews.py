"""Reviews and favorites."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from favorites.models import Favorite
from reviews.models import Review
from seed import sentences
from seed.market import HIDDEN, Market
from seed.plan import NOBODY
from seed.tables import fresh
from seed.words.trades import REMARKS

KINDS, KIND_SHARES = ("listing", "task", "offering"), (50, 25, 25)


def reviews(market: Market) -> Iterator[Review]:
    chance = market.chance("reviews")
    first_id = market.first_ids[Review]
    for number in range(market.plan.size.reviews):
        yield _review(first_id + number, number, market, chance)


def _review(pk: int, number: int, market: Market, chance: Random) -> Review:
    plan = market.plan
    task, rating = plan.review_tasks[number], plan.ratings[number]
    start = market.calendar.before(100) if task == NOBODY else market.completed_at[task]
    waited = (market.calendar.today - start).total_seconds() * chance.random()
    at = start + timedelta(seconds=int(waited))
    review = fresh(
        Review,
        id=pk,
        reviewer_id=market.person_id(plan.reviewers[number]),
        reviewed_user_id=market.person_id(plan.reviewed[number]),
        rating=rating,
        content=sentences.said(chance, sentences.language(chance), REMARKS[rating]),
        created_at=at,
        updated_at=at,
    )
    if task != NOBODY:
        by_client = plan.reviewers[number] == plan.creators[task]
        review.task_id = market.task_id(task)
        review.review_type = Review.Type.CLIENT if by_client else Review.Type.WORKER
    if plan.hidden_reviews[number]:
        market.moderate(review, HIDDEN, chance)
    return review


def favorites(market: Market) -> Iterator[Favorite]:
    chance = market.chance("favorites")
    size, first_id = market.plan.size, market.first_ids[Favorite]
    totals = {"listing": size.listings, "task": size.tasks, "offering": size.offerings}
    ids = {
        "listing": market.listing_id,
        "task": market.task_id,
        "offering": market.offering_id,
    }
    marked: set[tuple[int, str, int]] = set()
    while len(marked) < size.favorites:
        kind = chance.choices(KINDS, KIND_SHARES)[0]
        person = market.plan.anybody(chance)
        item = int(totals[kind] * chance.random() ** 1.5)
        mark = (person, kind, item)
        if mark in marked:
            continue
        marked.add(mark)
        yield fresh(
            Favorite,
            id=first_id + len(marked) - 1,
            user_id=market.person_id(person),
            created_at=market.calendar.lately(chance, 30),
            **{f"{kind}_id": ids[kind](item)},
        )
