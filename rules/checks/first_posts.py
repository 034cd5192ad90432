"""The first posts of a new account wait for review."""

from django.utils.translation import gettext_lazy as _

from items.models import Item
from items.types import ITEM_TYPES
from rules.base import Finding, Outcome, Post, Rule, Values
from rules.parameters import Number


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
        return post.is_item

    def check(self, post: Post, values: Values) -> Finding | None:
        if post.age_days() >= values["days"]:
            return None
        before = count_posts(post, up_to=values["posts"])
        if before >= values["posts"]:
            return None
        return Finding(f"post {before + 1} of an account of {post.age_days():.1f} days")


def count_posts(post: Post, *, up_to: int) -> int:
    """Return how many other items the author has posted, counted up to a number.

    A query for each type, that of the post first, until there are enough.
    """
    found = 0
    for model in sorted(_models(), key=lambda model: not isinstance(post.row, model)):
        mine = model._base_manager.filter(**{model.owner_field: post.person_id})
        if isinstance(post.row, model) and post.row.pk:
            mine = mine.exclude(pk=post.row.pk)
        found += len(mine.values_list("pk")[: up_to - found])
        if found >= up_to:
            break
    return found


def _models() -> list[type[Item]]:
    return [item_type.model for item_type in ITEM_TYPES.values()]
