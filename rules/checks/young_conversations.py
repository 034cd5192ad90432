"""Young accounts that start many conversations."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from messaging.models import Conversation
from rules.base import Finding, Outcome, Post, Rule, Values
from rules.parameters import Number
from rules.posts import MESSAGE

DAY = timedelta(days=1)


class YoungConversations(Rule):
    """See `summary`."""

    name = "young_conversations"
    label = _("Many conversations of a young account")
    summary = "The first message in one of many conversations that a young account "
    summary += "has started in 24 hours."
    advice = "flag; the limits of docs/rules.md stop the rest."
    outcomes = (Outcome.FLAG, Outcome.REFUSE)
    queries = True
    parameters = {
        "days": Number(
            7, "Age of the account in days until which it is young.", 1, 365
        ),
        "conversations": Number(10, "Conversations started in 24 hours.", 1, 1000),
    }

    def concerns(self, post: Post, values: Values) -> bool:
        return post.kind == MESSAGE and post.is_new and post.row.seq == 1

    def check(self, post: Post, values: Values) -> Finding | None:
        if post.age_days() >= values["days"]:
            return None
        started = Conversation.objects.started_by(post.person, since=post.at - DAY)
        most = values["conversations"]
        number = started.values("pk")[: most + 1].count()
        return _finding(number, values)

    def check_past(
        self, posts: Iterable[Post], values: Values
    ) -> Iterator[tuple[Post, Finding | None]]:
        times: dict[int, deque] = defaultdict(deque)
        for post in posts:
            if not self.concerns(post, values) or post.age_days() >= values["days"]:
                yield post, None
                continue
            mine = times[post.person_id]
            mine.append(post.at)
            while mine[0] <= post.at - DAY:
                mine.popleft()
            yield post, _finding(len(mine), values)


def _finding(number: int, values: Values) -> Finding | None:
    if number <= values["conversations"]:
        return None
    return Finding(f"more than {values['conversations']} conversations in a day")
