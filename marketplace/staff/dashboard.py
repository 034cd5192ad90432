"""The start page of the admin: cards that count what needs attention."""

from datetime import timedelta

from django.apps import apps
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.item_types import ITEM_TYPES
from core.admin.base import changelist_url
from core.db.results import ResultList
from payments import queue

MAX_COUNT_ROWS = 1_000
WEEK_AGO = object()  # replaced by the time of a week ago


def cards() -> tuple[tuple, ...]:
    """Return for each card its title, model label and lookups of the changelist."""
    return (
        (_("Disputes waiting"), "tasks.taskrequest", {"status__exact": "disputed"}),
        (_("Disputes to decide"), "tasks.dispute", {"status__exact": "under_review"}),
        (_("Payments that need a person"), "payments.payment", {"queue": "all"}),
        (
            _("Payments waiting for a second approval"),
            "payments.staffrequest",
            {"status__exact": "waiting"},
        ),
        (
            _("Parked events of the payment provider"),
            "payments.providerevent",
            {"state__exact": "parked"},
        ),
        (
            _("Tasks waiting for confirmation"),
            "tasks.taskrequest",
            {"status__exact": "pending_confirmation"},
        ),
        (_("Suspended users"), "accounts.user", {"is_active__exact": 0}),
        *(
            (row.new_label, row.model._meta.label_lower, {"created_at__gte": WEEK_AGO})
            for row in ITEM_TYPES.values()
        ),
        (
            _("Audit log entries this week"),
            "audit.auditlogentry",
            {"created_at__gte": WEEK_AGO},
        ),
        (_("Jobs waiting"), "jobs.job", {"status__exact": "waiting"}),
        (_("Jobs that failed for good"), "jobs.job", {"status__exact": "dead"}),
        (
            _("Addresses that refuse e-mails"),
            "jobs.suppressedaddress",
            {"status__exact": "active"},
        ),
    )


def add_cards(request: HttpRequest, context: dict) -> dict:
    """Return the context with the `cards` of the models that the user may view.

    Each has a title, a count and a link. Unfold calls it for the start page.
    """
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    week_ago = (today - timedelta(days=7)).isoformat()
    shown = [
        _card(title, apps.get_model(label), lookups, week_ago)
        for title, label, lookups in cards()
        if _can_view(request, label)
    ]
    return context | {"cards": shown}


def _can_view(request: HttpRequest, label: str) -> bool:
    page = admin.site._registry[apps.get_model(label)]
    return page.has_view_permission(request)


def _card(title: str, model: type[Model], lookups: dict, week_ago: str) -> dict:
    filters = {
        k: week_ago if value is WEEK_AGO else value for k, value in lookups.items()
    }
    return {
        "title": title,
        "count": ResultList(_rows(model, filters)).count_up_to(MAX_COUNT_ROWS),
        "url": changelist_url(model, **filters),
    }


def _rows(model: type[Model], filters: dict) -> QuerySet:
    if "queue" in filters:  # a filter of the changelist, and no column
        return queue.of(filters["queue"])
    return model._base_manager.filter(**filters)
