"""Cases of what the rules against spam have found."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from moderation import cases, targets

FLAG, HOLD = "flag", "hold"


def follow(
    sender: Any, *, rule: str, outcome: str, target: Any, person: Any, **kwargs: Any
) -> None:
    """Open a case, or add to it; what is held is hidden until staff have looked.

    Receives `rules.signals.rule_hit`. What was masked needs nobody.
    """
    if outcome not in (FLAG, HOLD):
        return
    kind = targets.of_model(target._meta.label_lower)
    case = cases.open_case(kind.name, target, person, is_detected_automatically=True)
    cases.keep_text(case, target)
    # Who has read the case before has not seen this: its version grows.
    cases.move(case, case.status, name=f"rule {rule}"[:30], actor=None)
    if outcome != HOLD or kind.table is None or target.moderation != "visible":
        return
    with override(person.language):
        facts = _("It is hidden until a review.")
    hidden = kind.table.run(
        "hide", target, actor=None, reason=facts, detected_automatically=True
    )
    # The caller goes on with its own object, and answers with it.
    for field in ("moderation", "moderation_reason", "moderated_at", "decision"):
        setattr(target, field, getattr(hidden, field))
