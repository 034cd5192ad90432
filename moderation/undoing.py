"""Undo decisions: all is as before at once, and an earlier decision stands again."""

from typing import Any

from accounts import moderation as accounts
from accounts import restrictions
from accounts.models import Restriction, User
from audit import decisions
from audit.models import Decision
from items import labels
from moderation import targets

Outcome = Decision.Outcome
HIDING = (Outcome.HIDE, Outcome.REMOVE)


def undo(decision: Decision, *, actor: User, reason: str) -> Decision:
    """Undo a decision, and return the one that does; that of before if it is undone.

    Call it in a transaction. Raises `NotAllowed` (403) to whom it concerns.
    """
    if undone := Decision.objects.filter(undoes=decision).first():
        return undone
    kind = targets.of_model(decision.target_type)
    people = {decision.person_id} if kind.model is User else set()
    target = targets.lock(kind.name, decision.target_id, people=people)
    made = _undo_effect(decision, target, actor=actor, reason=reason)
    if made is not None:
        return made
    # What it restricted is gone, ended, or is restricted by a later decision.
    return decisions.undo(
        kind.model(pk=decision.target_id) if target is None else target,
        decision,
        title=decision.target_label,
        actor=actor,
        facts=reason,
    )


def _undo_effect(
    decision: Decision, target: Any, *, actor: User, reason: str
) -> Decision | None:
    """Take back what the decision does now; return None if it does nothing."""
    why: dict[str, Any] = {"actor": actor, "reason": reason}
    if target is None or getattr(target, "erased_at", None) is not None:
        return None
    if decision.outcome in (Outcome.SUSPEND, Outcome.BAN):
        if target.suspension_id == decision.pk:
            return accounts.overturn_suspension(target, **why)
    elif decision.outcome == Outcome.RESTRICT:
        if Restriction.objects.filter(decision=decision).exists():
            restrictions.lift(target, decision=decision, **why)
    elif decision.outcome == Outcome.LABEL:
        if target.label_decision_id == decision.pk:
            return labels.overturn(target, **why)
    elif decision.outcome in HIDING and target.decision_id == decision.pk:
        _show_again(decision, target, why)
    return Decision.objects.filter(undoes=decision).first()


def _show_again(decision: Decision, target: Any, why: dict[str, Any]) -> None:
    table = targets.of_model(decision.target_type).table
    assert table is not None  # that hid it
    standing = None
    if decision.outcome == Outcome.REMOVE:
        standing = decisions.earlier(decision, HIDING)
    if standing is not None and standing.outcome == Outcome.HIDE:
        table.run("hide-again", target, standing=standing, **why)
    else:
        table.run("restore", target, **why)
