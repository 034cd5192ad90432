"""What waits for staff: how much, since when, and which is next."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.db import connection
from django.db.models import F, Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin.base import change_url, changelist_url
from core.admin.own_rows import without_own
from payments import queue as payments_queue

MAX_COUNT_ROWS = 1_000
IN_ORDER_OF_AGE = ("moderation.case", "moderation.appeal", "payments.payment")


@dataclass(frozen=True, kw_only=True)
class Queue:
    """Rows that wait. `lookups` show them in the list of `label` in the admin."""

    name: str  # of its address
    title: str | Promise
    label: str  # of the model
    age: str = "created_at"  # since when a row waits
    lookups: dict[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()  # that of the list; by age if there is none
    # Rows that are not for this member of staff: somebody else looks at them.
    others: Callable[[Any], Q] | None = None

    @property
    def model(self) -> type[Model]:
        """Return the model of the rows."""
        return apps.get_model(self.label)

    def rows(self) -> QuerySet[Any]:
        """Return the rows that wait."""
        if "queue" in self.lookups:  # a filter of the list, and no column
            return payments_queue.of(self.lookups["queue"])
        # As the list reads it: `__in` has commas.
        lookups: dict[str, Any] = {
            name: value.split(",") if name.endswith("__in") else value
            for name, value in self.lookups.items()
        }
        return self.model._base_manager.filter(**lookups)

    def rows_for(self, user: Any) -> QuerySet[Any]:
        """Return the rows that wait and are not about `user`, as the list has them."""
        return without_own(admin.site._registry[self.model], self.rows(), user)

    def next_for(self, user: Any) -> Model | None:
        """Return the row that `user` should look at next; None if none waits."""
        rows = self.rows_for(user).order_by(*(self.order or (self.age, "pk")))
        if self.others:
            rows = rows.exclude(self.others(user))
        return rows.first()


def _of_others(user: Any) -> Q:
    return Q(assignee__isnull=False) & ~Q(assignee=user.pk)


QUEUES = (
    Queue(
        name="cases",
        title=gettext_lazy("Cases to decide"),
        label="moderation.case",
        age="opened_at",
        lookups={"status__in": "open,assigned"},
        order=("due_at", "pk"),
        others=_of_others,
    ),
    Queue(
        name="appeals",
        title=gettext_lazy("Appeals to decide"),
        label="moderation.appeal",
        lookups={"status__exact": "open"},
    ),
    Queue(
        name="disputes-to-decide",
        title=gettext_lazy("Disputes to decide"),
        label="tasks.dispute",
        lookups={"status__exact": "under_review"},
    ),
    Queue(
        name="disputes",
        title=gettext_lazy("Disputes waiting"),
        label="tasks.dispute",
        lookups={"status__exact": "open"},
    ),
    Queue(
        name="payments",
        title=gettext_lazy("Payments that need a person"),
        label="payments.payment",
        lookups={"queue": "all"},
    ),
    Queue(
        name="approvals",
        title=gettext_lazy("Payments waiting for a second approval"),
        label="payments.staffrequest",
        lookups={"status__exact": "waiting"},
    ),
    Queue(
        name="provider-events",
        title=gettext_lazy("Parked events of the payment provider"),
        label="payments.providerevent",
        age="received_at",
        lookups={"state__exact": "parked"},
    ),
    Queue(
        name="provider-calls",
        title=gettext_lazy("Calls of the payment provider with an unknown outcome"),
        label="payments.providercall",
        lookups={"state__exact": "unknown"},
    ),
    Queue(
        name="confirmations",
        title=gettext_lazy("Tasks waiting for confirmation"),
        label="tasks.taskrequest",
        age="marked_done_at",
        lookups={"status__exact": "pending_confirmation"},
    ),
    Queue(
        name="dead-jobs",
        title=gettext_lazy("Jobs that failed for good"),
        label="jobs.job",
        lookups={"status__exact": "dead"},
        age="finished_at",
    ),
    Queue(
        name="jobs",
        title=gettext_lazy("Jobs waiting"),
        label="jobs.job",
        age="due_at",
        lookups={"status__exact": "waiting"},
    ),
    Queue(
        name="addresses",
        title=gettext_lazy("Addresses that refuse e-mails"),
        label="jobs.suppressedaddress",
        age="last_at",
        lookups={"status__exact": "active"},
    ),
)


def can_view(request: HttpRequest, model: type[Model]) -> bool:
    """Return whether the user may view the pages of a model in the admin."""
    page = admin.site._registry.get(model)
    return page is not None and page.has_view_permission(request)


def queues_for(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the queues that the user may view, in one query for all of them.

    Each has a title, a count of at most `MAX_COUNT_ROWS` and whether there may be more,
    since when and for how long the oldest row waits, the address of the list, the
    oldest first, and that of the next row.
    """
    shown = [queue for queue in QUEUES if can_view(request, queue.model)]
    found = counts_and_ages(shown, request.user)
    return [
        {
            "title": queue.title,
            "count": min(found[queue.name][0], MAX_COUNT_ROWS),
            "is_capped": found[queue.name][0] > MAX_COUNT_ROWS,
            "oldest": found[queue.name][1],
            "age": _age(found[queue.name][1]),
            "url": _list_url(queue, request),
            "next_url": reverse("staff-next", args=[queue.name]),
        }
        for queue in shown
    ]


def counts_and_ages(
    queues: list[Queue], user: Any
) -> dict[str, tuple[int, datetime | None]]:
    """Return the number of rows of each queue, and since when the oldest waits.

    Of a long queue only the oldest `MAX_COUNT_ROWS` and one more are read.
    """
    if not queues:
        return {}
    parts, params = [], []
    for queue in queues:
        rows = queue.rows_for(user).order_by(queue.age).values(age_=F(queue.age))
        sql, more = rows[: MAX_COUNT_ROWS + 1].query.sql_with_params()
        parts.append(f"SELECT %s, COUNT(*), MIN(age_) FROM ({sql}) AS waiting")
        params += [queue.name, *more]
    # In one statement: with one for each queue the page would need twenty.
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return {name: (count, _time(age)) for name, count, age in cursor.fetchall()}


def _age(oldest: datetime | None) -> str:
    """Return for how long the oldest row waits, in the largest unit alone."""
    return timesince(oldest, depth=1) if oldest else ""


def _time(value: datetime | str | None) -> datetime | None:
    # SQLite has no type for times: it stores them as text in UTC.
    if isinstance(value, str):
        parsed = parse_datetime(value)
        return timezone.make_aware(parsed, UTC) if parsed else None
    return value


def _list_url(queue: Queue, request: HttpRequest) -> str:
    """Return the address of the list, with the oldest row first."""
    lookups: dict[str, object] = dict(queue.lookups)
    if queue.label not in IN_ORDER_OF_AGE:  # they are by themselves
        column = _column(queue, request)
        lookups |= {} if column is None else {"o": column}
    return changelist_url(queue.model, **lookups)


def _column(queue: Queue, request: HttpRequest) -> int | None:
    """Return the number of the column by which the list is ordered, if it has it."""
    page = admin.site._registry[queue.model]
    columns = [*page.get_list_display(request)]
    if page.get_actions(request):
        columns.insert(0, "action_checkbox")
    ages = [name for name in (queue.age, "created_at") if name in columns]
    return columns.index(ages[0]) if ages else None


def next_in_queue(request: HttpRequest, name: str) -> HttpResponse:
    """Redirect to the next row of a queue, or to the first page if none waits.

    404 for a queue that does not exist or that the user may not view.
    """
    queue = next((queue for queue in QUEUES if queue.name == name), None)
    if queue is None or not can_view(request, queue.model):
        raise Http404
    row = queue.next_for(request.user)
    if row is None:
        messages.info(request, _("Nothing is waiting there."))
        return HttpResponseRedirect(reverse("admin:index"))
    return HttpResponseRedirect(change_url(row))
