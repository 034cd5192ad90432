"""The table of figures: what is counted, from which rows, and by what."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import F, Model, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import Decision
from catalog.item_types import ITEM_TYPES
from figures.figure import Figure
from figures.models import SearchWithoutResults
from jobs.models import Job
from messaging.models import Message
from moderation.models import Report
from payments.models import Entry, Journal, ProviderCall
from payments.models.ledger import Account
from reviews.models import Review
from sms.models import SmsMessage
from tasks.models import Dispute, TaskApplication, TaskRequest

AT = "created_at"
EMAIL_JOBS = ("jobs.send_mail", "notifications.deliver", "notifications.send_digest")


def sources_of_activity() -> Iterator[tuple[QuerySet[Any], str]]:
    """Yield what people write, each with the path of who wrote it."""
    for item_type in ITEM_TYPES.values():
        yield item_type.model._base_manager.all(), item_type.model.owner_field
    yield TaskApplication._base_manager.all(), "applicant"
    yield Review._base_manager.all(), "reviewer"
    yield Message._base_manager.all(), "sender"


def _rows(model: type[Model], **lookups: Any) -> Callable[[], QuerySet[Any]]:
    # The base manager: what is hidden or removed has been posted all the same.
    return lambda: model._base_manager.filter(**lookups).order_by()


def _items() -> Iterator[Figure]:
    for item_type in ITEM_TYPES.values():
        yield Figure(
            name=f"new_{item_type.plural}",
            label=item_type.label,
            group="market",
            model=item_type.model,
            rows=_rows(item_type.model),
            day=AT,
            category="category",
            place="",
        )


def _disputes() -> Iterator[Figure]:
    for name, label, day in (
        ("disputes_opened", _("Disputes opened"), AT),
        ("disputes_settled", _("Disputes settled"), "resolved_at"),
    ):
        yield Figure(
            name=name,
            label=label,
            group="desk",
            model=Dispute,
            rows=_rows(Dispute, **{f"{day}__isnull": False}),
            day=day,
            category="task__category",
            place="task__",
        )


def _money(
    name: str, label: Any, kind: str, accounts: tuple[str, ...], sign: int
) -> Figure:
    return Figure(
        name=name,
        label=label,
        group="money",
        model=Journal,
        rows=_rows(Entry, journal__kind=kind, account__in=accounts),
        day="journal__created_at",
        linked_day=AT,
        value=Sum(sign * F("amount_cents")),
        category="journal__currency",
        lookups={"kind__exact": kind},
        is_money=True,
    )


_PEOPLE = (
    Figure(
        name="sign_ups",
        label=_("Sign-ups"),
        group="people",
        model=User,
        rows=_rows(User),
        day=AT,
        place="",
    ),
    Figure(
        name="active_people",
        label=_("Active people"),
        group="people",
        model=User,
        rows=_rows(User),
        day=AT,
        is_of_people=True,
    ),
)
_OTHERS = (
    Figure(
        name="applications",
        label=_("Applications"),
        group="market",
        model=TaskApplication,
        rows=_rows(TaskApplication),
        day=AT,
        category="task__category",
        place="task__",
    ),
    Figure(
        name="completions",
        label=_("Completed tasks"),
        group="market",
        model=TaskRequest,
        rows=_rows(TaskRequest, completed_at__isnull=False),
        day="completed_at",
        category="category",
        place="",
    ),
    *_disputes(),
    Figure(
        name="reports",
        label=_("Reports"),
        group="desk",
        model=Report,
        rows=_rows(Report),
        day=AT,
        category="category",
    ),
    Figure(
        name="decisions",
        label=_("Decisions"),
        group="desk",
        model=Decision,
        rows=_rows(Decision),
        day=AT,
        category="outcome",
    ),
    _money("money_held", _("Money taken and held"), "charge", (Account.HELD,), -1),
    _money(
        "money_released",
        _("Money released to payees"),
        "transfer",
        (Account.PAYABLE, Account.RECOVERABLE),
        1,
    ),
    _money(
        "money_refunded",
        _("Money refunded to payers"),
        "refund",
        (Account.REFUND_DUE,),
        1,
    ),
    Figure(
        name="emails_failed",
        label=_("E-mails that failed for good"),
        group="failures",
        model=Job,
        rows=_rows(Job, status=Job.Status.DEAD, name__in=EMAIL_JOBS),
        day="finished_at",
        category="name",
        lookups={"status__exact": "dead", "name__in": ",".join(EMAIL_JOBS)},
        days_setting="DEAD_JOB_DAYS",
    ),
    Figure(
        name="sms_failed",
        label=_("Text messages that failed"),
        group="failures",
        model=SmsMessage,
        rows=_rows(SmsMessage, status=SmsMessage.Status.FAILED),
        day=AT,
        category="country",
        lookups={"status__exact": "failed"},
        days_setting="SMS_DAYS",
    ),
    Figure(
        name="calls_failed",
        label=_("Calls of the payment provider, rejected or withdrawn"),
        group="failures",
        model=ProviderCall,
        rows=_rows(ProviderCall, state=ProviderCall.State.REJECTED),
        day="finished_at",
        category="kind",
        lookups={"state__exact": "rejected"},
    ),
    Figure(
        name="jobs_failed",
        label=_("Jobs that failed for good"),
        group="failures",
        model=Job,
        rows=_rows(Job, status=Job.Status.DEAD),
        day="finished_at",
        category="name",
        lookups={"status__exact": "dead"},
        days_setting="DEAD_JOB_DAYS",
    ),
    Figure(
        name="searches_without_results",
        label=_("Searches without results"),
        group="market",
        model=SearchWithoutResults,
        rows=_rows(SearchWithoutResults),
        day="day",
        is_date=True,
        value=Sum("count"),
        category="item_type",
        days_setting="SEARCH_DAYS",
    ),
)


def all_figures() -> dict[str, Figure]:
    """Return the table of figures, by name, in the order in which they are shown."""
    # Built each time: the table of item types is open.
    return {figure.name: figure for figure in (*_PEOPLE, *_items(), *_OTHERS)}
