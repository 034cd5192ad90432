"""The workflow table of the `moderation` field of any content."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit import decisions, services
from audit.models import Decision
from core.moderation import (
    HIDDEN,
    HIDE,
    REMOVED,
    RESTORE,
    VISIBLE,
    is_impartial,
    removal,
    set_reason,
)
from core.workflow import Transition, Workflow
from items.models import Moderated
from notifications import moderation as notices
from uploads import services as uploads


def _decide(outcome: str) -> Callable[..., None]:
    def decide(
        obj: Moderated, *, actor: User | None, reason: str, **grounds: Any
    ) -> None:
        """Write the decision, and set its reason, time and author."""
        set_reason(obj, outcome=outcome, reason=reason)
        obj.moderated_by = actor
        decisions.set_decision(
            obj,
            person=obj.owner,
            outcome=outcome,
            actor=actor,
            facts=reason,
            **grounds,
        )

    return decide


def _stand_again(
    obj: Moderated, *, actor: User | None, reason: str, standing: Decision
) -> None:
    """Undo the removal: the decision `standing`, which hid it before, holds again."""
    decisions.undo(obj, obj.decision, actor=actor, facts=reason)
    set_reason(obj, outcome=HIDE, reason=standing.facts)
    obj.moderated_by = standing.actor
    obj.decision = standing


TRANSITIONS = (
    Transition(
        name=HIDE,
        label=_("Hide"),
        done=_("Hidden."),
        source=(VISIBLE,),
        target=HIDDEN,
        allow=is_impartial,
        effect=_decide(HIDE),
        in_api=False,
        in_admin=True,
    ),
    Transition(
        name="hide-again",
        label=_("Hide again"),
        done=_("Hidden."),
        source=(REMOVED,),
        target=HIDDEN,
        allow=is_impartial,
        effect=_stand_again,
        in_api=False,
    ),
    Transition(  # as "restore", but the message of another decision tells of it
        name="show-again",
        label=_("Show again"),
        done=_("Restored."),
        source=(HIDDEN,),
        target=VISIBLE,
        allow=is_impartial,
        effect=_decide(RESTORE),
        in_api=False,
    ),
    *removal(_decide),
)


def notify_owner(
    obj: Moderated,
    *,
    actor: User | None,
    row: Transition,
    reason: str,
    title: str = "",
) -> None:
    """Notify the person who posted `obj` of a decision about it."""
    notices.notify_owner(
        obj, owner=obj.owner_field, actor=actor, row=row, reason=reason, title=title
    )


def moderation(
    then: Callable[..., None] = notify_owner, *, parent: str = ""
) -> Workflow:
    """Return the table for one model.

    Its rows take a `reason`, and the fields of a decision that
    `audit.decisions.decide` takes. `then(obj, *, actor, row, reason)` runs after each
    decision and its entry in the audit log. `parent` names the foreign key whose row is
    locked first.
    """

    def record(
        obj: Moderated,
        *,
        actor: User | None,
        row: Transition,
        old: str,
        reason: str,
        **grounds: Any,
    ) -> None:
        if images := getattr(obj, "images", ""):
            # In the same transaction: pictures end with the item that shows them.
            (uploads.unhide if obj.moderation == VISIBLE else uploads.hide)(images)
        if actor is not None:  # what is automated is a decision, and no action of staff
            services.record(
                obj,
                actor=actor,
                action=row.name,
                reason=reason,
                before=old,
                after=obj.moderation,
            )
        then(obj, actor=actor, row=row, reason=reason)

    return Workflow(*TRANSITIONS, field="moderation", parent=parent, record=record)
