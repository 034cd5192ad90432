"""Write decisions: what is restricted, whose it is, and on which ground.

Whoever hides, removes or suspends calls `decide` first, and lets the row point to what
it returns. The database refuses such a row without one.
"""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Decision
from audit.signals import decision_undone
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
    title: str = "",
    **grounds: Any,
) -> Decision:
    """Write a decision about `target`, which belongs to `person`, and return it.

    `title` is how it is called. `actor` is None for an automated one. `grounds` are
    further fields: `ground`, `basis`, `category`, `note`, `source`, `batch`,
    `restricts`, `label` and `detected_automatically`. Call it in the transaction of
    what is decided. Raises `ValidationFailed` (400) without facts, unless nothing is
    restricted.
    """
    if not facts.strip() and outcome not in (Outcome.NO_ACTION, Outcome.RESTORE):
        raise ValidationFailed(_("Say what the decision rests on."), field="reason")
    return Decision.objects.create(
        target_type=target._meta.label_lower,
        target_id=target.pk,
        target_label=(title or str(target))[:200],
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
    target: Model,
    decision: Decision | None,
    *,
    actor: "User | None",
    facts: str = "",
    title: str = "",
) -> Decision:
    """Write the decision that undoes another, on the same ground, and return it.

    The constraints of the database let nothing be restricted without a decision.
    """
    assert decision is not None
    made = decide(
        target,
        title=title,
        person=decision.person,
        outcome=Outcome.RESTORE,
        actor=actor,
        facts=facts,
        undoes=decision,
        ground=decision.ground,
        basis=decision.basis,
        category=decision.category,
    )
    decision_undone.send(Decision, decision=decision, by=made)
    return made


def earlier(decision: Decision, outcomes: Collection[str]) -> Decision | None:
    """Return the decision about the same target that stands again without this one.

    That is the one before it, if it is of `outcomes`, is not undone and has not ended.
    """
    before = Decision.objects.filter(
        target_type=decision.target_type,
        target_id=decision.target_id,
        outcome__in=(*outcomes, Outcome.RESTORE),
        pk__lt=decision.pk,
    )
    # What undoes another kind of decision ends nothing of these.
    before = before.exclude(~Q(undoes__outcome__in=outcomes), outcome=Outcome.RESTORE)
    last = before.select_related("undone_by").order_by("-pk").first()
    if last is None or last.outcome == Outcome.RESTORE or hasattr(last, "undone_by"):
        return None
    if last.until is not None and last.until <= timezone.now():
        return None
    return last


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
