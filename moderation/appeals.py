"""Appeals: once for each side, within six months, decided by somebody else."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.models import Decision
from core.db.locks import locked
from core.exceptions import NotAllowed, NotFound, WrongStatus
from moderation import cases, deciders, notices, targets, undoing
from moderation.models import Appeal, AppealPicture, Case, Report
from uploads import services as uploads


class TooLate(WrongStatus):
    """Six months are over (409)."""

    code = "too_late"


class AlreadyAppealed(WrongStatus):
    """This side has appealed before (409)."""

    code = "already_appealed"


def deadline(decision: Decision) -> datetime:
    """Return until when a decision can be appealed: six months, Article 20(1)."""
    return decision.created_at + timedelta(days=settings.APPEAL_DAYS)


def can_appeal(decision: Decision) -> bool:
    """Return whether the person whom it concerns can appeal now."""
    if decision.outcome in ("no_action", "restore") or hasattr(decision, "undone_by"):
        return False
    if timezone.now() > deadline(decision):
        return False
    # All of them: lists have fetched them with the decisions.
    return all(each.report_id is not None for each in decision.appeals.all())


@transaction.atomic
def appeal(
    decision: Decision,
    *,
    text: str,
    upload_ids: Sequence[int] = (),
    author: User | None = None,
    report: Report | None = None,
) -> Appeal:
    """Store an appeal of the person concerned, or of the reporter; return it.

    `upload_ids` are private pictures of `author`: who appeals without signing in has
    none. Raises `NotFound` (404) for pictures of others, `TooLate` and
    `AlreadyAppealed` (409), and `WrongStatus` (409) if there is nothing to appeal
    against.
    """
    # The target before its case, as everywhere: an appeal and the undoing of the
    # decision at once, which locks the target; the case for the expiry of the decision.
    _lock_target(decision)
    case = locked(Case.objects.filter(decision=decision)).first()
    if timezone.now() > deadline(decision):
        raise TooLate(_("The time for an appeal is over."))
    if _is_undone(decision) or decision.outcome == "restore":
        raise WrongStatus(_("This decision is undone already."))
    if report is None and decision.outcome == "no_action":
        raise WrongStatus(_("Nothing was decided against you."))
    try:
        # A savepoint: of two appeals at once, the constraint refuses the second.
        with transaction.atomic():
            new = Appeal.objects.create(
                decision=decision, case=case, report=report, text=text
            )
    except IntegrityError as error:
        raise AlreadyAppealed(_("You have appealed before.")) from error
    _attach(new, list(dict.fromkeys(upload_ids)), author)
    if case is not None and case.status == Case.Status.DECIDED:
        cases.move(case, actor=None, name="appeal", status="appealed")
    return new


def _lock_target(decision: Decision) -> None:
    kind = targets.of_model(decision.target_type)
    targets.lock(kind.name, decision.target_id)


def _is_undone(decision: Decision) -> bool:
    # A query: `decision` may have been read before the lock.
    return Decision.objects.filter(undoes=decision).exists()


def _attach(appeal: Appeal, upload_ids: list[int], author: User | None) -> None:
    if not upload_ids:
        return
    if author is None:
        sentence = _("There is no such picture among your uploads.")
        raise NotFound(sentence, field="upload_ids")
    uploads.attach(upload_ids, owner=author, field="upload_ids")
    AppealPicture.objects.bulk_create(
        AppealPicture(appeal=appeal, upload_id=pk) for pk in upload_ids
    )


def can_appeal_report(report: Report) -> bool:
    """Return whether who has reported can appeal now."""
    return _decision_on(report) is not None and not report.appeals.exists()


def appeal_report(report: Report, *, text: str, **more: Any) -> Appeal:
    """Store an appeal against what became of a report; return it.

    `more` are `upload_ids` and `author`, as of `appeal`. Raises `WrongStatus` (409)
    while nothing is decided, and as `appeal`.
    """
    decision = _decision_on(report)
    if decision is None:
        raise WrongStatus(_("Nothing is decided yet."))
    return appeal(decision, text=text, report=report, **more)


def _decision_on(report: Report) -> Decision | None:
    return None if report.status == Report.Status.OPEN else report.case.decision


def _require_other_decider(appeal: Appeal, actor: User) -> bool:
    """Return whether the same person decides again, which a setting may allow."""
    is_same = appeal.decision.actor_id == actor.pk
    if is_same and not settings.ONE_MODERATOR:
        raise NotAllowed(_("You made this decision: somebody else decides the appeal."))
    deciders.require_impartial_on(appeal.decision, actor)
    if appeal.case is not None:
        cases.require_impartial(appeal.case, actor)
    return is_same


@transaction.atomic
def resolve(appeal: Appeal, *, actor: User, is_overturned: bool, reason: str) -> Appeal:
    """Decide an appeal; overturned, everything is as it was before, at once.

    Raises `NotAllowed` (403) to whom it concerns, to who made the decision and to who
    has reported what it is about, and `WrongStatus` (409) if it is decided, or if
    something else has undone the decision.
    """
    # The target before the appeal: a decision that takes the place of this one locks it
    # too, and then moves the appeal.
    _lock_target(appeal.decision)
    appeal = locked(Appeal.objects, of=("self",)).get(pk=appeal.pk)
    is_same = _require_other_decider(appeal, actor)
    if appeal.status != Appeal.Status.OPEN:
        raise WrongStatus(_("This appeal is decided."))
    if appeal.report_id is None and _is_undone(appeal.decision):
        raise WrongStatus(_("This decision is undone already."))
    row = Appeal.objects.filter(pk=appeal.pk)
    # Before the decision is undone, which closes the appeal that is open.
    row.update(
        status=Appeal.Status.UPHELD if is_overturned else Appeal.Status.REJECTED,
        answer=reason,
        decided_by=actor,
        is_same_decider=is_same,
        decided_at=timezone.now(),
    )
    if is_overturned:
        row.update(resolution=_overturn(appeal, actor=actor, reason=reason))
    appeal.refresh_from_db()
    if appeal.case is not None:
        _move_on(appeal, actor=actor, is_overturned=is_overturned)
    notices.appeal_decided(appeal)
    return appeal


def _move_on(appeal: Appeal, *, actor: User, is_overturned: bool) -> None:
    """Close the case, or open it again if a reporter was right.

    It stays as it is if something else happened since the appeal, and while the other
    side's appeal waits.
    """
    name = "overturn" if is_overturned else "uphold"
    again = is_overturned and appeal.report is not None
    # The case before its reports, as where it is decided.
    case = locked(Case.objects.filter(appeals=appeal), of=("self",)).get()
    if again:
        rows = Report.objects.filter(appeals=appeal)
        rows.update(status=Report.Status.OPEN, decided_at=None)
    if case.status != Case.Status.APPEALED or case.decision_id != appeal.decision_id:
        return
    if again:
        try:
            # A savepoint: there may be another case of the target by now, in which its
            # reports gather.
            with transaction.atomic():
                cases.move(case, actor=actor, name=name, status="open")
        except IntegrityError:
            cases.move(case, actor=actor, name=name, status="closed")
    elif not case.appeals.open().exists():
        cases.move(case, actor=actor, name=name, status="closed")


def _overturn(appeal: Appeal, *, actor: User, reason: str) -> Decision | None:
    decision = appeal.decision
    if appeal.report is not None or decision.outcome == "no_action":
        return None
    return undoing.undo(decision, actor=actor, reason=reason)
