"""Teach the search what words the market uses."""

from collections.abc import Iterator

from accounts.models import User
from listings.models import Listing
from offerings.models import Offering
from search import vocabulary as search
from tasks.models import TaskRequest

NEWEST = 200_000  # texts of each kind that are read
AT_ONCE = 5_000


def learn(*, dry_run: bool = False) -> int:
    """From the newest of what everybody sees; return how many words changed."""
    return search.learn(_texts(), dry_run=dry_run)


def _texts() -> Iterator[str]:
    things = (model.objects.visible() for model in (Listing, TaskRequest, Offering))
    for rows in (*things, User.objects.helpers().filter(is_active=True)):
        newest = rows.order_by("-created_at", "-pk")[:NEWEST]
        texts = newest.values_list("search_text", flat=True)
        yield from texts.iterator(chunk_size=AT_ONCE)
