"""Decide on cases: one decision each, by somebody whom it does not concern."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import moderation as accounts
from accounts import restrictions
from accounts.models import User
from audit import decisions
from audit.models import Decision
from core.db.locks import locked
from core.exceptions import ValidationFailed, WrongStatus
from items import labels
from moderation import automatic, deciders, notices, targets
from moderation.categories import CATEGORIES, Category
from moderation.models import Appeal, Case, CaseEvent, Strike

Outcome = Decision.Outcome
OWN_REPORT = "own-report"  # the event of a case that a reporter decides on
OF_ACCOUNT = (Outcome.RESTRICT, Outcome.SUSPEND, Outcome.BAN)
AGAINST_PERSON = (Outcome.WARN, *OF_ACCOUNT)
STRIKES = {  # points
    Outcome.WARN: 1,
    Outcome.HIDE: 1,
    Outcome.REMOVE: 2,
    Outcome.RESTRICT: 2,
    Outcome.SUSPEND: 3,
    Outcome.BAN: 5,
}
# Hours until staff should have looked at it, by severity.
HOURS = {1: 72, 2: 48, 3: 24, 4: 12, 5: 2}


class CaseChanged(WrongStatus):
    """Somebody else has decided, or something was reported, in between (409)."""

    code = "case_changed"


def open_case(target_type: str, target: Any, person: User, **fields: Any) -> Case:
    """Return the case of a target that waits for a decision, locked; make it if needed.

    `fields` are those of a new one.
    """
    rows = locked(Case.objects.about(target_type, target.pk).open())
    if (case := rows.first()) is not None:
        return case
    try:
        # A savepoint: of two first reports at once, the constraint refuses the second.
        with transaction.atomic():
            return Case.objects.create(
                target_type=target_type,
                target_id=target.pk,
                target_label=targets.TARGET_TYPES[target_type].title_of(target),
                person=person,
                due_at=timezone.now() + timedelta(hours=HOURS[1]),
                **fields,
            )
    except IntegrityError:
        # Decided since then, perhaps: then there is room for another one.
        return open_case(target_type, target, person, **fields)


def keep_text(case: Case, target: Any) -> None:
    """Keep what a target says now, once for each text. The case is locked."""
    text = targets.TARGET_TYPES[case.target_type].text_of(target)
    if text:
        digest = hashlib.sha256(text.encode()).hexdigest()
        case.snapshots.get_or_create(digest=digest, defaults={"text": text})


def category_of(case: Case) -> Category | None:
    """Return the category of the gravest report; None without any."""
    names = case.reports.values_list("category", flat=True)
    found = (CATEGORIES[name] for name in names)
    return max(found, key=lambda category: category.severity, default=None)


def eu_category_of(case: Case) -> str:
    """Return the category of a case in the database of the EU; empty without any."""
    category = category_of(case)
    return category.eu if category else ""


def outcomes_for(case: Case) -> list[str]:
    """Return the outcomes that can be decided on for the target of a case."""
    kind = targets.TARGET_TYPES[case.target_type]
    return [Outcome.NO_ACTION, *kind.outcomes, *AGAINST_PERSON]


def require_impartial(case: Case, actor: User) -> None:
    """Raise `NotAllowed` (403) for who is no staff, a reporter, or concerned."""
    deciders.require_impartial_about(
        case.target_type, case.target_id, actor, person_id=case.person_id
    )


@transaction.atomic
def assign(case: Case, *, actor: User, reason: str = "") -> Case:
    """Note that `actor` looks at a case. Raises `NotAllowed` and `WrongStatus`."""
    case = locked(Case.objects).get(pk=case.pk)
    require_impartial(case, actor)
    if not case.is_open:
        raise WrongStatus(_("This case is decided."))
    move(case, "assigned", name="assign", actor=actor, note=reason, assignee=actor)
    return case


@transaction.atomic
def decide(
    case: Case,
    *,
    actor: User,
    version: int,
    outcome: str,
    facts: str,
    until: datetime | None = None,
    keep_hidden: bool = False,
    **grounds: Any,
) -> Decision:
    """Decide on a case and carry it out; return the decision.

    `version` is that of the case which `actor` has read. What waited hidden for this
    decision is shown again as `automatic.end` says. `grounds` are `ground`,
    `basis`, `category`, `note` and `batch`, for a restriction `restricts`, and for a
    label `label`. Raises `CaseChanged` (409) if the case is another by
    now, `NotAllowed` (403) to whom it concerns, and `ValidationFailed` (400) for an
    outcome that does not fit.
    """
    people = {case.person_id} if outcome in OF_ACCOUNT else set()
    # The target before its case, as everywhere: otherwise two transactions could wait
    # for each other. Of two decisions at once the second finds another version.
    target = targets.lock(case.target_type, case.target_id, people=people)
    case = locked(Case.objects).get(pk=case.pk)
    require_impartial(case, actor)
    require_same(case, version)
    if outcome not in outcomes_for(case):
        raise ValidationFailed(_("This outcome does not fit."), field="outcome")
    _require_permission(case, outcome, actor)
    kind = targets.TARGET_TYPES[case.target_type]
    if target is None and outcome in kind.outcomes:
        raise WrongStatus(_("What was reported is gone."))
    replaces = outcome in (Outcome.HIDE, Outcome.REMOVE) and automatic.is_hidden(target)
    held = _take_appeals(target.decision) if replaces else []
    # Before the decision: it points to what hides the target, and to nothing else.
    target, more = automatic.end(
        case,
        target,
        actor=actor,
        outcome=outcome,
        reason=facts,
        keep_hidden=keep_hidden,
    )
    decision = _carry_out(
        case,
        target,
        outcome,
        actor=actor,
        facts=f"{facts}\n\n{more}" if more else facts,
        until=until,
        source=_source_of(case),
        detected_automatically=case.is_detected_automatically,
        **grounds,
    )
    close(case, decision, actor=actor)
    _move_appeals(held, decision, case)
    return decision


def _take_appeals(decision: Decision) -> list[int]:
    """Return the ids of the person's open appeal, which waits for `_move_appeals`.

    Call both in one transaction, with the target locked: in between the appeal is not
    open, so that nobody is told that it is closed.
    """
    rows = Appeal.objects.open().filter(decision=decision, report=None)
    ids = list(rows.values_list("pk", flat=True))
    Appeal.objects.filter(pk__in=ids).update(status=Appeal.Status.CLOSED)
    return ids


def _move_appeals(ids: list[int], decision: Decision, case: Case) -> None:
    """Let appeals be against the decision that took the place of theirs."""
    if not ids:
        return
    Appeal.objects.filter(pk__in=ids).update(
        decision=decision, case=case, status=Appeal.Status.OPEN
    )
    move(case, actor=None, name="appeal", status="appealed")


def require_same(case: Case, version: int) -> None:
    """Raise `CaseChanged` (409) unless a locked case is as it was read, and open."""
    if case.version != version or not case.is_open:
        raise CaseChanged(_("This case has changed meanwhile. Read it again."))


def _require_permission(case: Case, outcome: str, actor: User) -> None:
    """Raise `NotAllowed` (403) if `actor` might not do the same on the page of it."""
    model = targets.TARGET_TYPES[case.target_type].model
    if outcome in OF_ACCOUNT:
        model = User
    elif outcome not in targets.TARGET_TYPES[case.target_type].outcomes:
        return
    deciders.require_change(model, actor)


def _source_of(case: Case) -> str:
    has_reports = case.reports_count > 0
    return Decision.Source.NOTICE if has_reports else Decision.Source.OWN_INITIATIVE


def _carry_out(
    case: Case,
    target: Any,
    outcome: str,
    *,
    actor: User,
    facts: str,
    until: datetime | None = None,
    **grounds: Any,
) -> Decision:
    """Do what is decided by the tables that do it elsewhere; return the decision."""
    kind = targets.TARGET_TYPES[case.target_type]
    if target is not None and kind.table is not None:
        if outcome == Outcome.LABEL:
            return labels.put(target, actor=actor, reason=facts, **grounds)
        if outcome in kind.outcomes and not _is_so(target, outcome):
            row = kind.table.run(outcome, target, actor=actor, reason=facts, **grounds)
            return row.decision
    if outcome == Outcome.RESTRICT:
        return restrictions.restrict(
            case.person, actor=actor, reason=facts, until=until, **grounds
        )
    if outcome in (Outcome.SUSPEND, Outcome.BAN):
        if outcome == Outcome.SUSPEND and until is None:
            raise ValidationFailed(_("Say until when."), field="until")
        end = until if outcome == Outcome.SUSPEND else None
        user = accounts.suspend(
            case.person, actor=actor, reason=facts, until=end, **grounds
        )
        assert user.suspension is not None
        return user.suspension
    return decisions.decide(
        kind.model(pk=case.target_id) if target is None else target,
        title=case.target_label,
        person=case.person,
        outcome=outcome,
        actor=actor,
        facts=facts,
        **grounds,
    )


def _is_so(target: Any, outcome: str) -> bool:
    return (outcome, target.moderation) in (("hide", "hidden"), ("remove", "removed"))


def close(
    case: Case, decision: Decision, *, actor: User | None, is_shared: bool = False
) -> None:
    """Note the decision on a locked case and its reports, and notify everybody.

    `is_shared`: it was made on another case of the person, who knows of it.
    """
    if actor is not None and case.reports.filter(reporter=actor).exists():
        # Allowed with `ONE_MODERATOR` alone: the history says so.
        move(case, case.status, name=OWN_REPORT, actor=actor)
    now = timezone.now()
    changes: dict[str, Any] = {"decision": decision, "decided_at": now}
    move(case, "decided", name=decision.outcome, actor=actor, **changes)
    upheld = decision.outcome != Outcome.NO_ACTION
    status = "upheld" if upheld else "not_upheld"
    waiting = case.reports.filter(status="open")
    reports = list(waiting)
    waiting.update(status=status, decided_at=now)
    for report in reports:
        notices.report_decided(report, is_upheld=upheld)
    if upheld and not is_shared:
        _strike(decision)
        notices.decided(decision)


def _strike(decision: Decision) -> None:
    if points := STRIKES.get(Outcome(decision.outcome)):
        Strike.objects.create(
            person=decision.person,
            decision=decision,
            points=points,
            expires_at=timezone.now() + timedelta(days=settings.STRIKE_DAYS),
        )


def move(
    case: Case,
    status: str,
    *,
    name: str,
    actor: User | None,
    note: str = "",
    **changes: Any,
) -> None:
    """Change the status of a locked case, and more, with an entry of its history.

    Also with the status that it has: for what else has happened to it.
    """
    CaseEvent.objects.create(
        case=case, actor=actor, name=name, old=case.status, new=status, note=note[:500]
    )
    # The version grows with every change, so that who has read the former one hears.
    changes |= {"status": status, "version": F("version") + 1}
    Case.objects.filter(pk=case.pk).update(**changes)
    case.refresh_from_db()


def hide_pending_review(case: Case, target: Any) -> None:
    """Hide a target that enough people with standing have reported.

    It is an automated decision, with a statement of reasons. The case stays open:
    staff decide. Call it with the case locked.
    """
    kind = targets.TARGET_TYPES[case.target_type]
    if not 0 < settings.REPORTS_TO_HIDE <= case.standing or kind.table is None:
        return
    if "hide" not in kind.outcomes or target.moderation != "visible":
        return
    restored = Decision.objects.filter(
        target_type=target._meta.label_lower,
        target_id=target.pk,
        outcome=Outcome.RESTORE,
        created_at__gte=case.opened_at,
    )
    if restored.exists():
        return  # staff have looked at it since the first report
    with override(case.person.language):
        facts = _("Several people have reported it. It is hidden until a review.")
    kind.table.run(
        "hide",
        target,
        actor=None,
        reason=facts,
        category=eu_category_of(case),
        source=Decision.Source.NOTICE,
    )
    CaseEvent.objects.create(
        case=case, name="hide", old=case.status, new=case.status, note=facts
    )
