"""Decisions of staff about what people have posted: what every table of them shares."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.workflow import Transition, is_staff

VISIBLE, HIDDEN, REMOVED = "visible", "hidden", "removed"
HIDE, REMOVE, RESTORE = "hide", "remove", "restore"


def set_reason(obj: Any, *, outcome: str, reason: str) -> None:
    """Set the time of a decision, and its reason; a restoration has none."""
    obj.moderation_reason = "" if outcome == RESTORE else reason[:500]
    obj.moderated_at = timezone.now()


def is_impartial(obj: Any, actor: Any) -> bool:
    """Allow staff whom `obj` does not concern, and decisions that are automated.

    `obj.party_ids` are the ids of those whom it concerns.
    """
    return actor is None or (is_staff(obj, actor) and actor.pk not in obj.party_ids)


def removal(
    decide: Callable[[str], Callable[..., None]],
) -> tuple[Transition, Transition]:
    """Return the rows "remove" and "restore"; `decide(outcome)` is the effect."""
    return (
        Transition(
            name=REMOVE,
            label=_("Remove"),
            done=_("Removed."),
            source=(VISIBLE, HIDDEN),
            target=REMOVED,
            allow=is_impartial,
            effect=decide(REMOVE),
            in_api=False,
            in_admin=True,
        ),
        Transition(
            name=RESTORE,
            label=_("Restore"),
            done=_("Restored."),
            source=(HIDDEN, REMOVED),
            target=VISIBLE,
            allow=is_impartial,
            effect=decide(RESTORE),
            in_api=False,
            in_admin=True,
        ),
    )
