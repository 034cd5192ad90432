"""Who deals with whom: decided first, so that people are written with right counts."""

from array import array
from collections.abc import Iterator
from random import Random

from seed.sizes import Size

DEMO, HELPER, STAFF, SUSPENDED = range(4)  # the first people
NOBODY = -1
CLOCK = "clock"
# What happened to a task: its share in percent, and the transitions in their order.
STORIES = (
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
HAPPY_ENDS = frozenset({"confirm", "auto-confirm", "settle-for-worker"})
SAD_END = "settle-for-creator"
FIRST_TASKS = (  # what the demo accounts find when they sign in
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
DEMO_APPLIED = frozenset({10, 11, 12})
STARS, STAR_SHARES = (5, 4, 3, 2, 1), (58, 25, 9, 4, 4)
HIDDEN_SHARE = 0.02


class Plan:
    """Compact arrays over people, tasks and reviews, by their number from 0."""

    def __init__(self, size: Size, random_state: int):
        self.size = size
        self.creators, self.workers = array("i"), array("i")
        self.stories = array("b")
        self.reviewers, self.reviewed = array("i"), array("i")
        self.review_tasks, self.ratings = array("i"), array("b")
        self.hidden_reviews = array("b")
        self.completed, self.failed, self.rating_sums, self.rating_counts = (
            array("i", bytes(4 * size.people)) for _counter in range(4)
        )
        self._plan_tasks(Random(f"{random_state}:tasks"))
        self._plan_reviews(Random(f"{random_state}:reviews"))

    def story(self, task: int) -> tuple[str, ...]:
        return STORIES[self.stories[task]][1]

    def anybody(self, chance: Random, *but: int) -> int:
        """Somebody active; the earlier ones do more, as in any market."""
        while True:
            person = int(self.size.people * chance.random() ** 1.3)
            if person not in (STAFF, SUSPENDED, *but):
                return person

    def _plan_tasks(self, chance: Random) -> None:
        stories = list(range(len(STORIES)))
        shares = [share for share, _names in STORIES]
        for row in FIRST_TASKS[: self.size.tasks]:
            self._add_task(*row)
        for story in chance.choices(
            stories, shares, k=self.size.tasks - len(self.stories)
        ):
            creator = self.anybody(chance)
            taken = "accept" in STORIES[story][1]
            worker = self.anybody(chance, creator) if taken else NOBODY
            self._add_task(creator, worker, story)

    def _add_task(self, creator: int, worker: int, story: int) -> None:
        self.creators.append(creator)
        self.workers.append(worker)
        self.stories.append(story)
        names = STORIES[story][1]
        if not HAPPY_ENDS.isdisjoint(names):
            self.completed[worker] += 1
        elif SAD_END in names:
            self.failed[worker] += 1

    def _plan_reviews(self, chance: Random) -> None:
        for task, creator, worker in self._completed_tasks():
            if chance.random() < 0.8:
                self._add_review(chance, creator, worker, task)
            if chance.random() < 0.6:
                self._add_review(chance, worker, creator, task)
        pairs = set()
        while len(self.ratings) < self.size.reviews:
            reviewer = self.anybody(chance)
            reviewed = self.anybody(chance, reviewer)
            pair = reviewer * self.size.people + reviewed
            if pair not in pairs:
                pairs.add(pair)
                self._add_review(chance, reviewer, reviewed, NOBODY)

    def _completed_tasks(self) -> Iterator[tuple[int, int, int]]:
        happy = {
            number
            for number, (_share, names) in enumerate(STORIES)
            if not HAPPY_ENDS.isdisjoint(names)
        }
        for task, story in enumerate(self.stories):
            if len(self.ratings) >= self.size.reviews - 1:
                return
            if story in happy:
                yield task, self.creators[task], self.workers[task]

    def _add_review(self, chance: Random, reviewer: int, reviewed: int, task: int):
        hidden = chance.random() < HIDDEN_SHARE
        rating = chance.choices(STARS, STAR_SHARES)[0]
        self.reviewers.append(reviewer)
        self.reviewed.append(reviewed)
        self.review_tasks.append(task)
        self.ratings.append(rating)
        self.hidden_reviews.append(hidden)
        if not hidden:
            self.rating_sums[reviewed] += rating
            self.rating_counts[reviewed] += 1
