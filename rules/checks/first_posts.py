"""The first posts of a new account wait for review."""

from functools import cache, partial

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.db.shared_queries import text_rows
from core.lru import LRUCache
from items.models import Item
from items.types import ITEM_TYPES
from rules.base import Finding, Outcome, Post, Rule, Values
from rules.parameters import Number

MAX_REMEMBERED = 10_000  # people, of 200 bytes each
# Of whom more items were counted than the rule holds: that stays so, and their posts
# need neither the count nor a savepoint around it.
has_posted = LRUCache(MAX_REMEMBERED)


class FirstPosts(Rule):
    """See `summary`."""

    name = "first_posts"
    label = _("First posts of new accounts")
    summary = "The first items of a young account, and changes of their texts."
    advice = "hold, while staff review every day; most spam comes from new accounts."
    outcome = Outcome.HOLD
    outcomes = (Outcome.FLAG, Outcome.HOLD)
    queries = True
    parameters = {
        "days": Number(
            3, "Age of the account in days until which it is young.", 1, 365
        ),
        "posts": Number(2, "How many items count as the first ones.", 1, 100),
    }

    def concerns(self, post: Post, values: Values) -> bool:
        is_young = post.is_item and post.age_days() < values["days"]
        return is_young and (post.person_id, values["posts"]) not in has_posted

    def check(self, post: Post, values: Values) -> Finding | None:
        before = count_posts(post, up_to=values["posts"] + 1)
        # One more: the item that is edited later may be among those that count now.
        if before > values["posts"]:
            # Not of a transaction that is rolled back, as that of a rehearsed import.
            key = (post.person_id, values["posts"])
            transaction.on_commit(partial(has_posted.put, key, True))
        if before >= values["posts"]:
            return None
        return Finding(f"post {before + 1} of an account of {post.age_days():.1f} days")


def count_posts(post: Post, *, up_to: int) -> int:
    """Return how many other items the author has posted, counted up to a number."""
    sql, models = _sql()
    params: list[int] = []
    for model in models:
        # An item that is edited is none of the others; no id is 0.
        own = post.row.pk or 0 if isinstance(post.row, model) else 0
        params += [post.person_id, own, up_to]
    [(found,)] = text_rows(sql, params)
    return min(found, up_to)


@cache
def _sql() -> tuple[str, list[type[Item]]]:
    """Return a query of a few rows of each type, with their models.

    It is text, because composing it each time would take longer than its execution.
    """
    models = [item_type.model for item_type in ITEM_TYPES.values()]
    parts = (
        f"""SELECT * FROM (SELECT id FROM {model._meta.db_table}
            WHERE {model.owner_field}_id = %s AND id <> %s LIMIT %s) AS {name}"""
        for name, model in ((model._meta.model_name, model) for model in models)
    )
    return f"SELECT COUNT(*) FROM ({' UNION ALL '.join(parts)}) AS found", models
