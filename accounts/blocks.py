"""What a block between two people refuses, in every app."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Block
from core.db import shared_queries
from core.exceptions import NotAllowed

REFUSAL = _("This is not possible between you and this person.")


class Blocked(NotAllowed):
    """One of the two blocks the other (403). The answer does not say which one."""

    code = "blocked"


def is_blocked(one_id: int, other_id: int) -> bool:
    """Return whether one of two people blocks the other."""
    found = shared_queries.rows(
        "accounts.blocked",
        lambda one, other: Block.objects.between(one, other).values_list("pk")[:1],
        one=one_id,
        other=other_id,
    )
    return bool(found)


def require_unblocked(
    one_id: int,
    other_id: int,
    sentence: str | Promise = REFUSAL,
) -> None:
    """Raise `Blocked` (403) with `sentence` if one of two people blocks the other.

    A block locks both people: call it with one of them locked, or a block that is
    written at the same time is missed.
    """
    if is_blocked(one_id, other_id):
        raise Blocked(str(sentence))
