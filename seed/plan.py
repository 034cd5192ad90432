"""Which users create, take and review which tasks.

It is decided before any row is made, so that users are inserted with correct counters.
"""

from array import array
from collections.abc import Iterator
from random import Random

from seed.sizes import Size

DEMO, HELPER, STAFF, SUSPENDED, MODERATOR = range(5)  # the first people
NOBODY = -1
# Histories of tasks: share in percent, and the transitions in order.
HISTORIES = (
    (42, ()),
    (7, ("accept",)),
    (6, ("accept", "start")),
    (5, ("accept", "start", "mark-done")),
    (29, ("accept", "mark-done", "confirm")),
    (3, ("accept", "start", "mark-done", "auto-confirm")),
    (3, ("accept", "mark-done", "dispute")),
    (1, ("accept", "mark-done", "dispute", "settle-for-worker")),
    (1, ("accept", "start", "mark-done", "dispute", "settle-for-creator")),
    (2, ("cancel",)),
    (1, ("expire",)),
)
OPEN, ASSIGNED, STARTED, DONE, CONFIRMED = range(5)
COMPLETED_BY = frozenset({"confirm", "auto-confirm", "settle-for-worker"})
FAILED_BY = "settle-for-creator"
FIRST_TASKS = (  # those of the demo accounts: creator, worker, history
    (DEMO, NOBODY, OPEN),
    (DEMO, NOBODY, OPEN),
    (DEMO, HELPER, DONE),
    (DEMO, HELPER, STARTED),
    (DEMO, HELPER, CONFIRMED),
    (DEMO, 5, CONFIRMED),
    (HELPER, DEMO, CONFIRMED),
    (6, DEMO, ASSIGNED),
    (7, DEMO, DONE),
    (8, HELPER, CONFIRMED),
    (5, NOBODY, OPEN),  # demo has applied to the next three
    (6, NOBODY, OPEN),
    (7, NOBODY, OPEN),
    (HELPER, NOBODY, OPEN),
)
DEMO_APPLIED_TO = frozenset({10, 11, 12})
STARS, STAR_SHARES = (5, 4, 3, 2, 1), (58, 25, 9, 4, 4)
HIDDEN_SHARE = 0.02


class Plan:
    """Compact arrays over people, tasks and reviews, by their number from 0."""

    def __init__(self, size: Size, random_state: int):
        self.size = size
        self.creators, self.workers = array("i"), array("i")
        self.histories = array("b")
        self.reviewers, self.reviewed = array("i"), array("i")
        self.review_tasks, self.ratings = array("i"), array("b")
        self.hidden_reviews = array("b")
        self.completed, self.failed = (
            array("i", bytes(4 * size.people)) for _counter in range(2)
        )
        # Of all reviews, and of those from deals.
        self.rating_sums, self.rating_counts, self.deal_sums, self.deal_counts = (
            array("i", bytes(4 * size.people)) for _counter in range(4)
        )
        self._plan_tasks(Random(f"{random_state}:tasks"))
        self._plan_reviews(Random(f"{random_state}:reviews"))

    def history(self, task: int) -> tuple[str, ...]:
        """Return the names of the transitions of a task, in order."""
        return HISTORIES[self.histories[task]][1]

    def random_person(self, rng: Random, *but: int) -> int:
        """Return a random active user not in `but`; lower numbers are more likely."""
        while True:
            person = int(self.size.people * rng.random() ** 1.3)
            if person not in (STAFF, SUSPENDED, MODERATOR, *but):
                return person

    def _plan_tasks(self, rng: Random) -> None:
        histories = list(range(len(HISTORIES)))
        shares = [share for share, _names in HISTORIES]
        for row in FIRST_TASKS[: self.size.tasks]:
            self._add_task(*row)
        for history in rng.choices(
            histories, shares, k=self.size.tasks - len(self.histories)
        ):
            creator = self.random_person(rng)
            taken = "accept" in HISTORIES[history][1]
            worker = self.random_person(rng, creator) if taken else NOBODY
            self._add_task(creator, worker, history)

    def _add_task(self, creator: int, worker: int, history: int) -> None:
        self.creators.append(creator)
        self.workers.append(worker)
        self.histories.append(history)
        names = HISTORIES[history][1]
        if not COMPLETED_BY.isdisjoint(names):
            self.completed[worker] += 1
        elif FAILED_BY in names:
            self.failed[worker] += 1

    def _plan_reviews(self, rng: Random) -> None:
        for task, creator, worker in self._completed_tasks():
            if rng.random() < 0.8:
                self._add_review(rng, creator, worker, task)
            if rng.random() < 0.6:
                self._add_review(rng, worker, creator, task)
        pairs = set()
        while len(self.ratings) < self.size.reviews:
            reviewer = self.random_person(rng)
            reviewed = self.random_person(rng, reviewer)
            pair = reviewer * self.size.people + reviewed
            if pair not in pairs:
                pairs.add(pair)
                self._add_review(rng, reviewer, reviewed, NOBODY)

    def _completed_tasks(self) -> Iterator[tuple[int, int, int]]:
        completed = {
            number
            for number, (_share, names) in enumerate(HISTORIES)
            if not COMPLETED_BY.isdisjoint(names)
        }
        for task, history in enumerate(self.histories):
            if len(self.ratings) >= self.size.reviews - 1:
                return
            if history in completed:
                yield task, self.creators[task], self.workers[task]

    def _add_review(self, rng: Random, reviewer: int, reviewed: int, task: int) -> None:
        hidden = rng.random() < HIDDEN_SHARE
        rating = rng.choices(STARS, STAR_SHARES)[0]
        self.reviewers.append(reviewer)
        self.reviewed.append(reviewed)
        self.review_tasks.append(task)
        self.ratings.append(rating)
        self.hidden_reviews.append(hidden)
        if not hidden:
            self.rating_sums[reviewed] += rating
            self.rating_counts[reviewed] += 1
            if task != NOBODY:
                self.deal_sums[reviewed] += rating
                self.deal_counts[reviewed] += 1

    def rating(self, person: int) -> float:
        """Return the mean that `reviews.services.rate_person` would store."""
        if self.deal_counts[person]:
            return self.deal_sums[person] / self.deal_counts[person]
        count = self.rating_counts[person]
        return self.rating_sums[person] / count if count else 0
