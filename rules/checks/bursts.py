"""Many posts or messages of one person in a short time."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from core.api.throttling import count
from rules.base import Finding, Outcome, Post, Rule, Values
from rules.parameters import Number
from rules.posts import APPLICATION, MESSAGE, PROFILE


class Bursts(Rule):
    """See `summary`."""

    name = "bursts"
    label = _("Bursts")
    summary = (
        "More than so many new items and reviews, or messages, of one person in so "
        "many minutes. They are counted in the cache, in windows that begin on the "
        "clock, and need no query."
    )
    advice = "flag; an honest person seldom posts ten items in ten minutes."
    parameters = {
        "posts": Number(10, "Items and reviews.", 1, 10_000),
        "messages": Number(60, "Messages and applications.", 1, 10_000),
        "minutes": Number(10, "Length of the window.", 1, 1440),
    }
    outcomes = (Outcome.FLAG, Outcome.HOLD, Outcome.REFUSE)

    def concerns(self, post: Post, values: Values) -> bool:
        return post.is_new and post.kind != PROFILE

    def check(self, post: Post, values: Values) -> Finding | None:
        what = _what(post)
        window_s = values["minutes"] * 60
        number = count(f"burst:{what}:{post.person_id}", window_s)
        return _finding(number, values, what)

    def check_past(
        self, posts: Iterable[Post], values: Values
    ) -> Iterator[tuple[Post, Finding | None]]:
        times: dict[tuple[str, int], deque] = defaultdict(deque)
        for post in posts:
            mine = times[_what(post), post.person_id]
            mine.append(post.at)
            while mine[0] < post.at - timedelta(minutes=values["minutes"]):
                mine.popleft()
            yield post, _finding(len(mine), values, _what(post))


def _what(post: Post) -> str:
    return "messages" if post.kind in (MESSAGE, APPLICATION) else "posts"


def _finding(number: int, values: Values, what: str) -> Finding | None:
    if number <= values[what]:
        return None
    return Finding(f"{number} {what} in {values['minutes']} minutes")
