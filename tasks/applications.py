"""Services of applications: apply, accept, reject, withdraw, and their counts."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.blocks import REFUSAL, Blocked
from accounts.confirmation import CONTACT, require_confirmed
from accounts.models import Block, User
from accounts.restrictions import POSTING, require_unrestricted
from core.db import shared_queries
from core.db.checked import save_checked
from core.db.counts import count_of
from core.db.locks import locked
from core.exceptions import DomainError, NotAllowed, NotFound, WrongStatus
from tasks import notices, payments
from tasks.models import TaskApplication, TaskRequest
from tasks.permissions import is_creator
from tasks.signals import application_checked, application_saved

OPEN = TaskRequest.Status.OPEN
PENDING, ACCEPTED, REJECTED, WITHDRAWN = TaskApplication.Status.values


class ChangedSince(DomainError):
    """The task or the application has changed since the creator read it (409)."""

    code = "changed_since"


class PriceChanged(DomainError):
    """The price of the application is not the one that the creator has seen (409)."""

    code = "price_changed"


@transaction.atomic
def apply_to(
    task_id: int,
    *,
    worker: User,
    message: str = "",
    price: Decimal | None = None,
) -> TaskApplication:
    """Add the application of `worker` for an open task, at the budget by default.

    The price is the application's own from then on: a budget that is changed later
    binds nobody who has applied before.

    Raises what a receiver of `application_checked` raises, `NotFound` (404) for a
    task that `worker` does not see, `NotAllowed` (403) for one's own task, `Blocked`
    (403) after a block, `Restricted` (403), `WrongStatus` (409) for a task that is not
    open, and `DomainError` (409) for a second application: `already_applied`, or
    `recently_withdrawn` within `REAPPLY_HOURS` after the first was withdrawn.
    """
    task = _lock_to_apply(task_id, worker)
    if task.creator_id == worker.pk:
        raise NotAllowed(_("You cannot apply to your own task."))
    is_blocked, withdrawn_at = _hindrances(task, worker)
    if is_blocked:
        raise Blocked(str(REFUSAL))
    require_confirmed(worker, CONTACT)
    require_unrestricted(worker, POSTING)
    if task.status != OPEN:
        raise WrongStatus(_("This task no longer takes applications."))
    if withdrawn_at is not None:
        _require_pause(withdrawn_at)
    try:
        # A savepoint: after an IntegrityError PostgreSQL refuses every further query
        # of the outer transaction.
        with transaction.atomic():
            application = TaskApplication(
                task=task,
                applicant=worker,
                message=message,
                price=task.budget if price is None else price,
            )
            save_checked(
                application, checked=application_checked, saved=application_saved
            )
    except IntegrityError as error:
        raise DomainError(
            _("You have already applied to this task."), code="already_applied"
        ) from error
    _add_to_count(task, 1)
    notices.application_received(application)
    return application


def _lock_to_apply(task_id: int, worker: User) -> TaskRequest:
    """Return the task with its creator, both locked; raise `NotFound` (404).

    The task, so that it is not accepted or cancelled between check and insert. The
    creator, who is notified, as a block locks both people: it is waited for, or waits.
    """
    task = shared_queries.first(
        "tasks.apply",
        lambda reader, pk: locked(
            TaskRequest.objects.visible_to(reader).select_related("creator"),
            of=("self", "creator"),
        ).filter(pk=pk),
        reader=worker,
        pk=task_id,
    )
    # A suspension that the lock has waited for shows in the row of the creator alone.
    if task is None or not task.creator.is_active:
        raise NotFound(_("Not found."))
    return cast(TaskRequest, task)


def _hindrances(task: TaskRequest, worker: User) -> tuple[bool, datetime | None]:
    """Return whether there is a block, and when `worker` last withdrew.

    In one query, after the locks: a statement that waits for a lock does not see what
    was committed meanwhile in other tables.
    """

    def build(task: Any, creator: Any, worker: Any) -> QuerySet[User, Any]:
        withdrawn = TaskApplication.objects.filter(
            task=task, applicant=worker, status=WITHDRAWN
        )
        last = withdrawn.order_by("-updated_at").values("updated_at")[:1]
        blocks = Block.objects.between(creator, worker)
        return User.objects.filter(pk=worker).values_list(
            Exists(blocks), Subquery(last)
        )

    people = {"creator": task.creator_id, "worker": worker.pk}
    [found] = shared_queries.rows(
        "tasks.apply.hindrances", build, task=task.pk, **people
    )
    return bool(found[0]), found[1]


def _require_pause(withdrawn_at: datetime) -> None:
    """Refuse who withdrew lately: each application notifies the creator anew.

    Raises `DomainError` (409, `recently_withdrawn`).
    """
    again = withdrawn_at + timedelta(hours=settings.REAPPLY_HOURS)
    if again > timezone.now():
        again_at = date_format(timezone.localtime(again), "DATETIME_FORMAT")
        raise DomainError(
            _(
                "You have withdrawn your application. You can apply again from "
                "%(time)s on."
            )
            % {"time": again_at},
            code="recently_withdrawn",
        )


def require_creator(task: TaskRequest, user: User) -> TaskRequest:
    """Return the task; raise `NotAllowed` (403) unless `user` posted it."""
    if not is_creator(task, user):
        raise NotAllowed(_("Only the creator of a task can manage its applications."))
    return task


# --- Effects of transitions: the rows are locked by `Workflow.run` --------------------


def accept(
    task: TaskRequest,
    *,
    actor: User,
    application_id: int | None = None,
    user_id: int | None = None,
    seen_updated_at: datetime | None = None,
    price: Decimal | None = None,
) -> None:
    """Assign the task to one applicant and reject the other applications.

    The application is given by its id or by that of its applicant, and set as
    `task.accepted_application`. Raises `NotFound` (404) if there is none, `WrongStatus`
    (409) if it was decided already or the applicant is suspended, `Blocked` (403)
    after a block, `ChangedSince` (409) if the task or the application has changed
    after `seen_updated_at`, `PriceChanged` (409) if the application is not at `price`,
    and as `tasks.payments.agree`.
    """
    chosen = {"applicant": user_id or 0}
    if application_id:
        chosen = {"pk": application_id}
    application: TaskApplication | None = shared_queries.first(
        ("tasks.accept", *chosen), _application_to_accept, task=task.pk, **chosen
    )
    if application is None:
        raise NotFound(_("Application not found."))
    application.task = task  # the locked row
    if application.status != PENDING:
        raise WrongStatus(_("This application has already been decided."))
    applicant = application.applicant
    if not applicant.is_active:
        raise WrongStatus(_("This person can no longer take tasks."))
    others = _others_to_reject(task, applicant)
    if seen_updated_at is not None:
        _require_unchanged(
            max(task.updated_at, application.updated_at), seen_updated_at
        )
    if price is not None and price != application.asked_price:
        raise PriceChanged(_("The price has changed. Read the application again."))
    payments.agree(task, worker=applicant, price=application.asked_price)
    _decide_all(task, accepted=application)
    task.rejected_applicants = others
    task.assigned_to, task.assigned_at = applicant, timezone.now()
    task.accepted_application = application


def _application_to_accept(task: Any, **chosen: Any) -> QuerySet[TaskApplication, Any]:
    # With the applicant, locked after the application and read again: a suspension or
    # a block that has begun is waited for. A person who is suspended in this moment
    # would otherwise get the task.
    rows = TaskApplication.objects.not_withdrawn().filter(task=task, **chosen)
    return locked(rows.select_related("applicant"), of=("self", "applicant"))


def _others_to_reject(task: TaskRequest, applicant: User) -> list[User]:
    """Return who else waits for an answer; raise `Blocked` (403) after a block.

    In one query, after the locks: a statement that waits for a lock does not see what
    was committed meanwhile in other tables.
    """

    def build(task: Any, creator: Any) -> QuerySet[User, Any]:
        pending = TaskApplication.objects.pending().filter(task=task)
        blocks = Block.objects.between(creator, OuterRef("pk"))
        return _applicants(pending).annotate(is_blocked=Exists(blocks))

    people = {"task": task.pk, "creator": task.creator_id}
    pending = shared_queries.rows("tasks.accept.applicants", build, **people)
    others: list[User] = []
    for person in pending:
        if person != applicant:
            others.append(person)
        elif person.is_blocked:
            raise Blocked(str(REFUSAL))
    return others


def _decide_all(task: TaskRequest, *, accepted: TaskApplication) -> None:
    """Accept one application of a locked task and reject the other pending ones.

    In one statement. The rejected ones are pending again if the worker gives the task
    back.
    """
    is_accepted, now = Q(pk=accepted.pk), _now()
    task.applications.filter(is_accepted | Q(status=PENDING)).update(
        status=Case(When(is_accepted, then=Value(ACCEPTED)), default=Value(REJECTED)),
        passed_over=Case(When(is_accepted, then=F("passed_over")), default=Value(True)),
        **now,
    )
    accepted.status, accepted.updated_at = ACCEPTED, now["updated_at"]


def _require_unchanged(updated_at: datetime, seen: datetime) -> None:
    if seen.microsecond % 1000 == 0:  # of clients whose clocks know milliseconds alone
        updated_at = updated_at.replace(
            microsecond=updated_at.microsecond // 1000 * 1000
        )
    if updated_at > seen:
        raise ChangedSince(_("The task or the application has changed. Read it again."))


def reject_pending(task: TaskRequest) -> list[User]:
    """Reject all pending applications of a locked task; return their applicants."""
    pending = task.applications.pending()
    people = list(_applicants(pending))
    pending.update(status=REJECTED, passed_over=False, **_now())
    return people


def give_back(task: TaskRequest, *, actor: User, reason: str = "") -> None:
    """Withdraw the worker's application, take the worker off the task, and refund.

    The applications that were rejected because this one was accepted are pending
    again; those that the creator rejected stay rejected.
    """
    payments.refund(task, actor=actor, reason=reason)
    # By the task and not by the worker: staff and imports may have assigned a task
    # without an application.
    withdrawn = task.applications.filter(status=ACCEPTED)
    change = -withdrawn.update(status=WITHDRAWN, **_now())
    task.applications_count = max(task.applications_count + change, 0)
    _reopen(task)


def reopen_unpaid(task: TaskRequest, *, actor: None) -> None:
    """Take the worker off a task that nobody has paid, through no fault of the worker.

    The worker's application is pending again, as are those that were passed over.
    """
    payments.refund(task, actor=actor)
    if task.assigned_to is not None:
        notices.unpaid_reopened(task, task.assigned_to)
    accepted = task.applications.filter(status=ACCEPTED)
    accepted.update(status=PENDING, **_now())
    _reopen(task)


def _reopen(task: TaskRequest) -> None:
    """Let the creator choose again, among those that the acceptance had rejected."""
    task.assigned_to = task.assigned_at = task.agreed_price = None
    task.agreed_fee_bps = task.agreed_fee_min_cents = None
    passed_over = task.applications.filter(status=REJECTED, passed_over=True)
    people = list(_applicants(passed_over))
    passed_over.update(status=PENDING, passed_over=False, **_now())
    notices.task_reopened(task, people)


def pending_applicants(task: TaskRequest) -> list[User]:
    """Return the people whose applications are pending."""
    return list(_applicants(task.applications.pending()))


def _applicants(applications: QuerySet[TaskApplication]) -> QuerySet[User]:
    people = User.objects.filter(applications__in=applications.values("pk"))
    return people.order_by("pk")


def withdraw(application: TaskApplication, *, actor: User) -> None:
    """Take a withdrawn application out of the count of its task."""
    _add_to_count(application.task, -1)


def _now() -> dict[str, datetime]:
    return {"updated_at": timezone.now()}  # which `QuerySet.update` does not set


# --- Counts ---------------------------------------------------------------------------


def _add_to_count(task: TaskRequest, change: int) -> None:
    # F(): the count that a loaded row has may be older than the one in the database.
    TaskRequest.objects.filter(pk=task.pk).update(
        applications_count=F("applications_count") + change
    )


@transaction.atomic
def recount(task_id: int) -> None:
    """Set a task's count of applications to what its applications are."""
    # Locked, so that no application is added or withdrawn between count and update.
    task = locked(TaskRequest.objects).get(pk=task_id)
    count = task.applications.not_withdrawn().count()
    TaskRequest.objects.filter(pk=task_id).update(applications_count=count)


def miscounted_tasks() -> QuerySet[TaskRequest, int]:
    """Return the ids of the tasks whose count of applications is wrong."""
    not_withdrawn = ~Q(applications__status=WITHDRAWN)
    rows = TaskRequest.objects.order_by().values("pk", "applications_count")
    return (
        rows.annotate(counted=Count("applications", filter=not_withdrawn))
        .exclude(counted=F("applications_count"))
        .values_list("pk", flat=True)
    )


def pending_counts(user: User) -> dict[str, int]:
    """Return how many applications and tasks wait for `user`, and their total.

    Clients poll it for the badges of their header.
    """
    names = ("pending_applications", "pending_confirmation", "accepted_applications")
    row = shared_queries.first("tasks.pending", _pending_counts, user=user)
    counts = dict(zip(names, row or (0, 0, 0), strict=True))
    total = counts["pending_applications"] + counts["pending_confirmation"]
    return counts | {"total": total}


def _pending_counts(user: Any) -> QuerySet[User, Any]:
    """Return one row, with the counts of `pending_counts` in its order."""
    pending = TaskApplication.objects.pending().to_decide_on()
    done = TaskRequest.objects.filter(creator=user.pk, status="pending_confirmation")
    accepted = TaskApplication.objects.owned_by(user).filter(status=ACCEPTED)
    return User.objects.filter(pk=user.pk).values_list(
        count_of(pending.filter(task__creator=user.pk, task__status=OPEN)),
        count_of(done),
        count_of(accepted),
    )
