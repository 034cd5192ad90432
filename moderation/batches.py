"""Decide on many cases at once, as of a wave of spam, and undo that as one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit import services as audit
from audit.models import Decision, new_number
from core.db.locks import locked
from core.exceptions import DomainError, ValidationFailed, WrongStatus
from moderation import automatic, cases, deciders, targets, undoing
from moderation.models import Case

MAX_CASES = 100
OUTCOMES = ("no_action", "warn", "hide", "remove", "restrict", "suspend", "ban")


class BatchRefused(WrongStatus):
    """One of the cases cannot be decided so: none of them is (409)."""

    code = "batch_refused"


@transaction.atomic
def decide(
    found: Sequence[Case],
    *,
    actor: User,
    outcome: str,
    versions: Mapping[int, int],
    facts: Callable[[str], str],
    keep_hidden: bool = False,
    **grounds: Any,
) -> str:
    """Decide on all cases alike, or on none; return the number of the batch.

    `versions` are those that `actor` has read, by the id of the case, and `facts`
    returns what the person reads, in a language. What is decided
    about an account is decided once for each person, and closes their other cases.
    Raises `BatchRefused` (409), which names the case that is at fault, and
    `ValidationFailed` (400) for an outcome that is not for many.
    """
    if outcome not in OUTCOMES or not 0 < len(found) <= MAX_CASES:
        raise ValidationFailed(_("This outcome does not fit."), field="outcome")
    batch = new_number("B")
    rows = sorted(found, key=_place)
    _lock(rows, with_people=outcome in cases.OF_ACCOUNT)
    made: dict[int, Decision] = {}  # about accounts, by the person
    for case in rows:
        version = versions.get(case.pk, 0)
        try:
            shared = made.get(case.person_id)
            if shared is not None:
                _close_with(
                    case,
                    shared,
                    actor=actor,
                    version=version,
                    keep_hidden=keep_hidden,
                )
                continue
            decision = cases.decide(
                case,
                actor=actor,
                version=version,
                outcome=outcome,
                facts=facts(case.person.language),
                batch=batch,
                keep_hidden=keep_hidden,
                category=cases.eu_category_of(case),
                **grounds,
            )
        except DomainError as error:
            raise BatchRefused(f"{case} ({case.target_label}): {error}") from error
        if outcome in cases.OF_ACCOUNT:
            made[case.person_id] = decision
    return batch


def _place(row: Any) -> tuple[bool, str, int]:
    """Return where a target stands in the order of locks."""
    kind = targets.TARGET_TYPES[row.target_type]
    return kind.is_after_people, row.target_type, row.target_id


def _lock(rows: Sequence[Case], *, with_people: bool) -> None:
    """Lock items and pictures, then people, then what comes after them, then cases.

    As everywhere (`accounts.services.get_locked`), each in the order of their ids:
    otherwise an application, which locks a task and a person, and a batch, or two
    batches, would each wait for a row of the other.
    """
    people = {case.person_id for case in rows} if with_people else set()
    after = []
    for case in rows:
        if targets.TARGET_TYPES[case.target_type].model is User:
            people.add(case.target_id)
        elif targets.TARGET_TYPES[case.target_type].is_after_people:
            people |= targets.people_before(case.target_type, case.target_id)
            after.append(case)
        else:
            targets.lock(case.target_type, case.target_id)
    targets.lock_people(people)
    for case in after:
        targets.lock(case.target_type, case.target_id)
    ids = {case.pk for case in rows}
    list(locked(Case.objects.filter(pk__in=ids).order_by("pk")).only("pk"))


def _close_with(
    case: Case, decision: Decision, *, actor: User, version: int, keep_hidden: bool
) -> None:
    # The target before its case, as everywhere; `_lock` has locked both already.
    target = targets.lock(case.target_type, case.target_id)
    case = locked(Case.objects).get(pk=case.pk)
    cases.require_impartial(case, actor)
    cases.require_same(case, version)
    automatic.end(
        case,
        target,
        actor=actor,
        outcome=decision.outcome,
        reason=decision.facts,
        keep_hidden=keep_hidden,
        is_told=True,  # the reasons of the decision are written and sent
    )
    cases.close(case, decision, actor=actor, is_shared=True)


@transaction.atomic
def undo(batch: str, *, actor: User, reason: str) -> int:
    """Undo all decisions of a batch that stand, or none; return how many.

    Each is undone by a decision of its own. Raises `NotAllowed` (403) to whom one of
    them concerns, who has reported one of the things or may not decide on them, and
    `WrongStatus` (409) if none stands.
    """
    standing = Decision.objects.filter(batch=batch, undone_by=None).exclude(batch="")
    standing = standing.exclude(outcome="no_action")
    rows = list(standing.select_related("person").order_by("target_type", "target_id"))
    if not rows:
        raise WrongStatus(_("Nothing of this batch stands."))
    for decision in rows:
        kind = targets.of_model(decision.target_type)
        deciders.require_impartial_on(decision, actor)
        deciders.require_change(kind.model, actor)
    for decision in rows:
        undoing.undo(decision, actor=actor, reason=reason)
        for case in locked(Case.objects.filter(decision=decision).order_by("pk")):
            cases.move(case, case.status, name="undo", actor=actor, note=reason)
        audit.record(decision, actor=actor, action="undo", reason=reason)
    return len(rows)
