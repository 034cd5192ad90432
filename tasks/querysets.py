"""The querysets of tasks, applications and disputes."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self, cast

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.querysets import NAME_FIELDS, defer_except
from items.querysets import ContentQuerySet
from payments.models import Payment

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User
    from tasks.models import TaskRequest


def _payments() -> models.QuerySet[Payment]:
    """Return the payments of the task of an outer query."""
    return Payment.objects.filter(subject_type="task", subject_id=OuterRef("pk"))


def _has_payment(*statuses: str) -> Exists:
    return Exists(_payments().filter(status__in=statuses))


class TaskQuerySet(ContentQuerySet):
    """Tasks."""

    public_statuses = frozenset({"open", "completed"})
    private_statuses = frozenset({"cancelled"})
    people = {"creator": NAME_FIELDS, "assigned_to": NAME_FIELDS}

    @property
    def _party_fields(self) -> tuple[str, ...]:
        return ("creator", "assigned_to")

    def _is_open_to(self, user: "User | AnonymousUser") -> Q:
        condition = super()._is_open_to(user)
        if not user.is_authenticated:
            return condition
        # By ids, not as EXISTS: other tables prefix this condition with a foreign key.
        applications = self.model.applications.rel.related_model.objects
        applied_to = applications.owned_by(user).order_by().values("task")
        return condition | Q(pk__in=applied_to)

    def taken_by(self, user: "User") -> Self:
        """Tasks that `user` is doing or has completed."""
        return self.filter(
            assigned_to=user.pk,
            status__in=("assigned", "in_progress", "pending_confirmation", "completed"),
        )

    def with_pending_count(self) -> Self:
        """Annotate `pending_applications_count`: those of active people."""
        pending = (
            self.model.applications.rel.related_model.objects.pending()
            .filter(task=OuterRef("pk"), applicant__is_active=True)
            .order_by()
            .values("task")
            .annotate(count=Count("*"))
            .values("count")
        )
        return self.annotate(pending_applications_count=Coalesce(Subquery(pending), 0))

    def due(self, *, at: datetime) -> Self:
        """Open tasks that have expired by `at`: by deadline, else by age."""
        oldest = at - timedelta(days=settings.TASK_DAYS)
        return self.filter(status="open").filter(
            Q(deadline__lt=at) | Q(deadline=None, created_at__lt=oldest)
        )

    def ending(self, *, at: datetime) -> Self:
        """Open tasks of active people that expire within `NOTICE_DAYS` after `at`.

        Tasks that were posted with a deadline nearer than that are left out.
        """
        notice = timedelta(days=settings.NOTICE_DAYS)
        oldest = at - timedelta(days=settings.TASK_DAYS)
        return self.filter(status="open", creator__is_active=True).filter(
            Q(
                deadline__gt=at,
                deadline__lte=at + notice,
                created_at__lt=F("deadline") - notice,
            )
            | Q(deadline=None, created_at__gte=oldest, created_at__lt=oldest + notice)
        )

    def unconfirmed(self, *, at: datetime) -> Self:
        """Tasks marked as done at least `AUTO_CONFIRM_DAYS` before `at`.

        Without those whose payment a bank reviews: nothing moves meanwhile.
        """
        oldest = at - timedelta(days=settings.AUTO_CONFIRM_DAYS)
        done = self.filter(status="pending_confirmation", marked_done_at__lte=oldest)
        return done.exclude(_has_payment("frozen"))

    def confirmed_within(self, days: int, *, after_days: int, at: datetime) -> Self:
        """Tasks with held money that are confirmed automatically in `days` or less.

        And not within `after_days`.
        """
        oldest = at - timedelta(days=settings.AUTO_CONFIRM_DAYS)
        return self.filter(
            _has_payment("held"),
            status="pending_confirmation",
            marked_done_at__gt=oldest + timedelta(days=after_days),
            marked_done_at__lte=oldest + timedelta(days=days),
        )

    def unpaid(self, *, at: datetime) -> Self:
        """Tasks that had to be paid `PAYMENT_UNPAID_HOURS` before `at`, and are not."""
        oldest = at - timedelta(hours=settings.PAYMENT_UNPAID_HOURS)
        overdue = self.filter(
            status="assigned", payment_required=True, assigned_at__lte=oldest
        )
        paid = ("held", "frozen", "releasing", "payout_blocked", "released")
        return overdue.exclude(_has_payment(*paid))

    def undisputed(self) -> Self:
        """Disputed tasks of two people without an unresolved dispute."""
        disputes = self.model.disputes.rel.related_model.objects.unresolved()
        disputed = self.filter(status="disputed", assigned_to__isnull=False)
        return disputed.exclude(Exists(disputes.filter(task=OuterRef("pk"))))

    def with_payment_status(self) -> Self:
        """Annotate `payment_status`: of the newest payment to the present worker.

        Null without one. A worker does not read what became of an earlier one.
        """
        newest = _payments().filter(payee=OuterRef("assigned_to")).order_by("-id")
        return self.annotate(payment_status=Subquery(newest.values("status")[:1]))


class ApplicationQuerySet(models.QuerySet):
    """Applications."""

    def pending(self) -> Self:
        """Applications that are not decided."""
        return self.filter(status="pending")

    def not_withdrawn(self) -> Self:
        """Applications that their author has not withdrawn."""
        return self.exclude(status="withdrawn")

    def to_decide_on(self) -> Self:
        """Applications that the creator sees: not withdrawn, of active people."""
        return self.not_withdrawn().filter(applicant__is_active=True)

    def owned_by(self, user: "User") -> Self:
        """Applications of `user`, but for the withdrawn."""
        return self.not_withdrawn().filter(applicant=user.pk)

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Applications of `user` or for tasks of `user`, but for the withdrawn."""
        return self.not_withdrawn().filter(
            Q(applicant=user.pk) | Q(task__creator=user.pk)
        )

    def for_visible_tasks(self, user: "User | AnonymousUser") -> Self:
        """Applications for tasks that `user` may open."""
        field = self.model._meta.get_field("task")
        tasks = cast("type[TaskRequest]", field.related_model).objects
        return self.filter(task__in=tasks.visible_to(user).order_by().values("pk"))

    def for_display(self) -> Self:
        """With the applicant and the task."""
        return self.select_related("applicant", "task")

    def with_whole_task(self) -> Self:
        """With the applicant and the task as `TaskSerializer` shows it."""
        return self.select_related("applicant", "task__creator", "task__assigned_to")

    def newest_first(self) -> Self:
        """Ordered by date, then id."""
        return self.order_by("-created_at", "-id")


VIEW_DISPUTES = "tasks.view_dispute"


class DisputeQuerySet(models.QuerySet):
    """Disputes."""

    def of(self, user: "User | AnonymousUser") -> Self:
        """Disputes that were filed by or against `user`."""
        return self.filter(Q(filed_by=user.pk) | Q(filed_against=user.pk))

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Disputes of `user`; to staff who may view disputes, all of them."""
        sees_all = user.is_active and user.is_staff and user.has_perm(VIEW_DISPUTES)
        return self.all() if sees_all else self.of(user)

    def unresolved(self) -> Self:
        """Disputes that are not over."""
        return self.exclude(status="resolved")

    def unanswered(self, *, at: datetime) -> Self:
        """Disputes whose other side has not answered in time by `at`."""
        return self.filter(status="open", respond_by__lte=at)

    def unresolved_since(self, moment: datetime) -> Self:
        """Disputes older than `moment` of which staff were not reminded."""
        return self.unresolved().filter(created_at__lte=moment, escalated_at=None)

    def for_display(self) -> Self:
        """With the task, both people, the pictures and the offers."""
        unused = [
            name
            for relation in ("filed_by", "filed_against")
            for name in defer_except(relation, NAME_FIELDS)
        ]
        rows = self.select_related("task", "filed_by", "filed_against").defer(*unused)
        evidence = self.model.evidence.rel.related_model.objects
        pictures = models.Prefetch("evidence", evidence.select_related("upload"))
        return rows.prefetch_related("offers", pictures)

    def newest_first(self) -> Self:
        """Ordered by date, then id."""
        return self.order_by("-created_at", "-id")
