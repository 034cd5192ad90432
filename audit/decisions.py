"""Write decisions: what is restricted, whose it is, and on which ground.

Whoever hides, removes or suspends calls `decide` first, and lets the row point to what
it returns. The database refuses such a row without one.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils.translation import gettext as _

from audit.models import Decision
from core.exceptions import ValidationFailed
from uploads.models import Upload

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User  # AUTH_USER_MODEL, for mypy

Outcome = Decision.Outcome


def decide(
    target: Model,
    *,
    person: "User",
    outcome: str,
    actor: "User | None",
    facts: str = "",
    until: datetime | None = None,
    undoes: Decision | None = None,
    label: str = "",
    **grounds: Any,
) -> Decision:
    """Write a decision about `target`, which belongs to `person`, and return it.

    `label` is how it is called. `actor` is None for an automated one. `grounds` are
    further fields: `ground`, `basis`, `category`, `note`, `source` and
    `detected_automatically`. Call it in the transaction of what is decided. Raises
    `ValidationFailed` (400) without facts, unless nothing is restricted.
    """
    if not facts.strip() and outcome not in (Outcome.NO_ACTION, Outcome.RESTORE):
        raise ValidationFailed(_("Say what the decision rests on."), field="reason")
    return Decision.objects.create(
        target_type=target._meta.label_lower,
        target_id=target.pk,
        target_label=(label or str(target))[:200],
        target_created_at=getattr(target, "created_at", None),
        person=person,
        outcome=outcome,
        actor=actor,
        decided_automatically=actor is None,
        facts=facts,
        until=until,
        undoes=undoes,
        **grounds,
    )


def undo(
    target: Model, decision: Decision | None, *, actor: "User | None", facts: str = ""
) -> Decision:
    """Write the decision that undoes another, on the same ground, and return it.

    The constraints of the database let nothing be restricted without a decision.
    """
    assert decision is not None
    return decide(
        target,
        person=decision.person,
        outcome=Outcome.RESTORE,
        actor=actor,
        facts=facts,
        undoes=decision,
        ground=decision.ground,
        basis=decision.basis,
        category=decision.category,
    )


def set_decision(
    obj: Any,
    *,
    person: "User",
    outcome: str,
    actor: "User | None",
    facts: str,
    **grounds: Any,
) -> None:
    """Let `obj` point to the decision about it, or to none once it is restored.

    The caller saves it, in this transaction. Raises as `decide`.
    """
    if outcome == Outcome.RESTORE:
        undo(obj, obj.decision, actor=actor, facts=facts)
        obj.decision = None
        return
    obj.decision = decide(
        obj, person=person, outcome=outcome, actor=actor, facts=facts, **grounds
    )


def decide_upload(
    sender: type[Upload],
    *,
    upload: Upload,
    actor: "User | None",
    outcome: str,
    reason: str,
    **more: Any,
) -> None:
    """Let a picture point to the decision about it. Receives `upload_decided`."""
    more.pop("signal", None)
    set_decision(
        upload, person=upload.owner, outcome=outcome, actor=actor, facts=reason, **more
    )
