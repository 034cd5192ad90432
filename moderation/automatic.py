"""What is hidden until staff have looked: an automated decision, which theirs ends."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from audit.models import Decision
from core.moderation import HIDDEN
from moderation import deciders, targets
from moderation.models import Appeal, Case, CaseEvent

Outcome = Decision.Outcome
OF_CONTENT = (Outcome.NO_ACTION, Outcome.HIDE, Outcome.REMOVE)


def is_hidden(target: Any) -> bool:
    """Return whether an automated decision hides the target now."""
    decision = getattr(target, "decision", None)
    is_automatic = decision is not None and decision.decided_automatically
    return is_automatic and target.moderation == HIDDEN


def waits(case: Case, target: Any) -> bool:
    """Return whether the target is hidden, and no member of staff has confirmed it.

    They do by an earlier decision on a case about it that kept it hidden, or by the
    answer to an appeal.
    """
    if not is_hidden(target):
        return False
    decision = target.decision
    decided = Case.objects.about(case.target_type, case.target_id).filter(
        decided_at__gte=decision.created_at
    )
    answered = Appeal.objects.filter(
        decision=decision, status=Appeal.Status.REJECTED, report=None
    )
    return not decided.exists() and not answered.exists()


def end(
    case: Case,
    target: Any,
    *,
    actor: User,
    outcome: str,
    reason: str,
    keep_hidden: bool = False,
    is_told: bool = False,
) -> tuple[Any, str]:
    """Show a target again that waited hidden for the decision `outcome` on its case.

    Call it before the decision is carried out, with the target and then the case
    locked. A decision about the content itself takes the place of the automated one.
    One about the person or a label leaves the content, so that it is shown again,
    unless `keep_hidden`: then the automated decision stands.

    Raises `NotAllowed` (403) for who may not change the target, if it is shown again.
    Returns the target, and a sentence for the reasons of the decision, so that its
    message tells of both. It is empty if nothing else is to be told. With `is_told`,
    a message of its own tells of it, as after `no_action`, which sends none.
    """
    ends = is_hidden(target) if outcome in OF_CONTENT else waits(case, target)
    if not ends or (keep_hidden and outcome not in OF_CONTENT):
        return target, ""
    table = targets.TARGET_TYPES[case.target_type].table
    assert table is not None  # that hid it
    if outcome not in (Outcome.HIDE, Outcome.REMOVE):
        # Which ask for it anyway: it is shown, as by "Restore" on its own page.
        deciders.require_change(type(target), actor)
    has_message = is_told or outcome == Outcome.NO_ACTION
    name = "restore" if has_message else "show-again"
    target = table.run(name, target, actor=actor, reason=reason)
    CaseEvent.objects.create(
        case=case, actor=actor, name="restore", old=case.status, new=case.status
    )
    if has_message or outcome in OF_CONTENT:
        return target, ""
    with override(case.person.language):
        sentence = _("“%(title)s” was hidden until this review, and is not any more.")
        return target, sentence % {"title": case.target_label}
