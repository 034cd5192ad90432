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


def removal(
    decide: Callable[[str], Callable[..., None]],
    allow: Callable[[Any, Any], bool] = is_staff,
) -> tuple[Transition, Transition]:
    """Return the rows "remove" and "restore", for those whom `allow` names.

    `decide(outcome)` is the effect of each.
    """
    return (
        Transition(
            name=REMOVE,
            label=_("Remove"),
            done=_("Removed."),
            source=(VISIBLE, HIDDEN),
            target=REMOVED,
            allow=allow,
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
            allow=allow,
            effect=decide(RESTORE),
            in_api=False,
            in_admin=True,
        ),
    )
