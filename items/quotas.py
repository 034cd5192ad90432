"""How much one person may post in 24 hours."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet, Value
from django.utils.translation import gettext as _

from accounts import services as accounts
from core import limits
from core.db import shared_queries
from core.exceptions import Throttled
from items.models import Item
from market.registry import IDENTICAL_POSTS_PER_DAY, POSTS_PER_DAY

DAY = timedelta(days=1)


class TooManyPosts(Throttled):
    """The person has posted much today (429)."""

    code = "too_many_posts"


class TooManyIdenticalPosts(Throttled):
    """The person has posted the same text often today (429)."""

    code = "too_many_identical_posts"


def check_posts(item: Item, *, at: datetime) -> None:
    """Raise `TooManyPosts` or `TooManyIdenticalPosts` if `item` is one too many.

    Call it in the transaction that inserts the item. Deleted items count too.
    """
    if not settings.THROTTLE:
        return
    # The lock on the owner makes the counts exact: without it, requests at the same
    # time would each find one post less than the limit.
    accounts.lock(item.owner_id)
    found = _posted(item, since=at - DAY)
    if found.all >= limits.limit_of(item.owner, "posts", POSTS_PER_DAY.get()):
        sentence = _("You have posted a lot today. Please post more later.")
        raise TooManyPosts(sentence, retry_after=_wait(found.first, at))
    if found.same >= IDENTICAL_POSTS_PER_DAY.get():
        sentence = _("You have posted this several times today. Please change it.")
        wait = _wait(found.first_same, at)
        raise TooManyIdenticalPosts(sentence, retry_after=wait)


class Posted(NamedTuple):
    """What a person has posted: how much, since when, and the same of equal texts."""

    all: int
    first: datetime | None
    same: int
    first_same: datetime | None


def _posted(item: Item, *, since: datetime) -> Posted:
    """Return what the owner of `item` has posted of its type since a time."""
    [row] = shared_queries.rows(
        ("items.posted", type(item)),
        partial(_counts, type(item)),
        owner=item.owner_id,
        since=since,
        title=str(item.title),
        description=str(item.description),
    )
    return Posted(*row)


def _counts(
    model: type[Item], owner: Any, since: Any, title: Any, description: Any
) -> QuerySet[Any, Any]:
    """Return the columns of `Posted`, in one row: it is grouped by nothing."""
    same = Q(title=title, description=description)
    posted = model._base_manager.filter(
        **{model.owner_field: owner}, created_at__gt=since
    )
    counts = posted.order_by().annotate(one=Value(1)).values("one")
    counts = counts.annotate(
        all=Count("pk"),
        first=Min("created_at"),
        same=Count("pk", filter=same),
        first_same=Min("created_at", filter=same),
    )
    return counts.values_list("all", "first", "same", "first_same")


def _wait(first: datetime | None, at: datetime) -> int:
    """Return the seconds until the first of the counted posts is a day old."""
    left = (first or at) + DAY - at
    return int(left.total_seconds()) + 1
