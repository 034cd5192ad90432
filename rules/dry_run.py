"""What a rule would have found in the past. Nothing is written."""

import heapq
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from rules.configuration import Configured
from rules.posts import Post, author_field, models, post_of

MAX_EXAMPLES = 10  # of each kind
BATCH_ROWS = 500


class Result(NamedTuple):
    """How many posts a rule has seen and found, and the ids of some, by kind."""

    seen: Counter[str]
    found: Counter[str]
    examples: dict[str, list[int]]


def run(one: Configured, *, since: datetime) -> Result:
    """Try a rule with its present parameters over the posts written after `since`."""
    result = Result(Counter(), Counter(), {})
    for post, finding in one.rule.check_past(_posts(since), one.values):
        result.seen[post.kind] += 1
        if finding is None:
            continue
        result.found[post.kind] += 1
        examples = result.examples.setdefault(post.kind, [])
        if len(examples) < MAX_EXAMPLES:
            examples.append(post.row.pk)
    return result


def _posts(since: datetime) -> Iterator[Post]:
    """Yield the posts of all kinds, the oldest first, read in batches."""
    return heapq.merge(
        *(_posts_of(model, since) for model in models()), key=attrgetter("at")
    )


def _posts_of(model: Any, since: datetime) -> Iterator[Post]:
    # By date and then by id: the next batch begins behind the last row, so that no
    # query is open for long and rows of the same moment are neither lost nor repeated.
    rows = model._base_manager.filter(created_at__gt=since)
    if author := author_field(model):
        rows = rows.select_related(author)
    rows = rows.order_by("created_at", "pk")
    page = rows
    while batch := list(page[:BATCH_ROWS]):
        yield from (post_of(row, at=row.created_at) for row in batch)
        page = _behind(rows, batch[-1])


def _behind(rows, last):
    later = rows.filter(created_at__gt=last.created_at)
    same = rows.filter(created_at=last.created_at, pk__gt=last.pk)
    return later | same
