"""Decisions of staff about what people have posted: what every table of them shares."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.workflow import Transition, is_staff

VISIBLE, HIDDEN, REMOVED = "visible", "hidden", "removed"
HIDE, REMOVE, RESTORE = "hide", "remove", "restore"


def set_reason(obj: Any, *, outcome: str, reason: str) -> None:
    """Set the time of a decision, and its reason; a restoration has none."""
    obj.moderation_reason = "" if outcome == RESTORE else reason[:500]
    obj.moderated_at = timezone.now()


# What else keeps staff from deciding on an object, such as a report of theirs.
_INVOLVEMENTS: list[Callable[[Any, Any], bool]] = []


def register_involvement(check: Callable[[Any, Any], bool]) -> None:
    """Let `check(obj, actor)` say too whether a member of staff is involved."""
    if check not in _INVOLVEMENTS:
        _INVOLVEMENTS.append(check)


def is_involved(obj: Any, actor: Any) -> bool:
    """Return whether one of the registered checks finds `actor` involved in `obj`."""
    return any(check(obj, actor) for check in _INVOLVEMENTS)


def sentence_for_reporters() -> str:
    """Return why who has reported something does not decide on it."""
    return gettext("You have reported this: somebody else decides.")


def is_impartial(obj: Any, actor: Any) -> bool:
    """Allow staff whom `obj` does not concern, and decisions that are automated.

    `obj.party_ids` are the ids of those whom it concerns. Who is involved in it, as
    `is_involved` says, is not allowed either.
    """
    if actor is None:
        return True
    if not is_staff(obj, actor) or actor.pk in obj.party_ids:
        return False
    return not is_involved(obj, actor)


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
