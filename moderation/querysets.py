"""Querysets of reports, cases and appeals."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

OPEN = ("open", "assigned")
IN_QUEUE = (*OPEN, "appealed")


class ReportQuerySet(models.QuerySet[Any]):
    """Reports."""

    def visible_to(self, user: "AbstractBaseUser | AnonymousUser | None") -> Self:
        """Return the reports of `user`; none for the anonymous."""
        if user is None or not user.is_authenticated:
            return self.none()
        return self.filter(reporter=user.pk)

    def for_display(self) -> Self:
        """Return the rows with what the serializer shows."""
        rows = self.select_related("case", "case__decision")
        return rows.prefetch_related("appeals")

    def newest_first(self) -> Self:
        """Return them in the order of lists."""
        return self.order_by("-id")


class CaseQuerySet(models.QuerySet[Any]):
    """Cases."""

    def about(self, target_type: str, target_id: int) -> Self:
        """Return the cases about one target."""
        return self.filter(target_type=target_type, target_id=target_id)

    def open(self) -> Self:
        """Return those that wait for a decision."""
        return self.filter(status__in=OPEN)

    def in_queue(self) -> Self:
        """Return those that wait for staff, the most urgent first."""
        return self.filter(status__in=IN_QUEUE).order_by("due_at", "id")


class AppealQuerySet(models.QuerySet[Any]):
    """Appeals."""

    def open(self) -> Self:
        """Return those that wait for staff, the oldest first."""
        return self.filter(status="open").order_by("created_at", "id")

    def against(self, decision: Any) -> Self:
        """Return the appeals against one decision."""
        return self.filter(decision=decision)


def decisions_about(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Return decisions with what a statement of reasons shows, the newest first."""
    return rows.prefetch_related("undone_by", "appeals").order_by("-id")
