"""How much one person may post in 24 hours."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _

from accounts import services as accounts
from core import limits
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
    mine = type(item)._base_manager.filter(
        **{item.owner_field: item.owner_id}, created_at__gt=at - DAY
    )
    same = Q(title=item.title, description=item.description)
    found = mine.aggregate(
        all=Count("pk"),
        first=Min("created_at"),
        same=Count("pk", filter=same),
        first_same=Min("created_at", filter=same),
    )
    if found["all"] >= limits.limit_of(item.owner, "posts", POSTS_PER_DAY.get()):
        sentence = _("You have posted a lot today. Please post more later.")
        raise TooManyPosts(sentence, retry_after=_wait(found["first"], at))
    if found["same"] >= IDENTICAL_POSTS_PER_DAY.get():
        sentence = _("You have posted this several times today. Please change it.")
        wait = _wait(found["first_same"], at)
        raise TooManyIdenticalPosts(sentence, retry_after=wait)


def _wait(first: datetime | None, at: datetime) -> int:
    """Return the seconds until the first of the counted posts is a day old."""
    left = (first or at) + DAY - at
    return int(left.total_seconds()) + 1
