"""Decisions of staff about what people have posted: what every table of them shares."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.workflow import Transition, is_staff

VISIBLE, HIDDEN, REMOVED = "visible", "hidden", "removed"


def decide(obj: Any, *, actor: Any, reason: str) -> None:
    """Set the reason and the time of a decision."""
    obj.moderation_reason = reason
    obj.moderated_at = timezone.now()


def removal(decide: Callable[..., None] = decide) -> tuple[Transition, Transition]:
    """Return the rows "remove" and "restore"; `decide` notes each decision."""

    def clear(obj: Any, *, actor: Any, reason: str) -> None:
        """As `decide`, without a reason."""
        decide(obj, actor=actor, reason="")

    return (
        Transition(
            name="remove",
            label=_("Remove"),
            done=_("Removed."),
            source=(VISIBLE, HIDDEN),
            target=REMOVED,
            allow=is_staff,
            effect=decide,
            in_api=False,
            in_admin=True,
        ),
        Transition(
            name="restore",
            label=_("Restore"),
            done=_("Restored."),
            source=(HIDDEN, REMOVED),
            target=VISIBLE,
            allow=is_staff,
            effect=clear,
            in_api=False,
            in_admin=True,
        ),
    )
