"""The texts that the vocabulary of the typo correction is built from."""

from collections.abc import Iterator

from accounts.models import User
from catalog.item_types import ITEM_TYPES
from search import vocabulary as search

MAX_TEXTS = 200_000  # of each type, the newest
BATCH_ROWS = 5_000


def rebuild(*, dry_run: bool = False) -> int:
    """Rebuild the vocabulary from public texts; return how many words changed."""
    return search.rebuild(_texts(), dry_run=dry_run)


def _texts() -> Iterator[str]:
    items = (item_type.rows.visible() for item_type in ITEM_TYPES.values())
    for rows in (*items, User.objects.helpers().filter(is_active=True)):
        newest = rows.order_by("-created_at", "-pk")[:MAX_TEXTS]
        texts = newest.values_list("search_text", flat=True)
        yield from texts.iterator(chunk_size=BATCH_ROWS)
