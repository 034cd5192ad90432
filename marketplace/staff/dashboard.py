"""What waits for staff: the cards on the first page of the admin."""

from datetime import timedelta

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.item_types import ITEM_TYPES
from core.admin.base import list_of
from core.db.results import ResultList

MOST_COUNTED = 1_000
WEEK = object()  # stands for a week ago


def cards() -> tuple[tuple, ...]:
    """Return for each card its title, model label and lookups of the changelist."""
    return (
        (_("Disputes waiting"), "tasks.taskrequest", {"status__exact": "disputed"}),
        (
            _("Tasks waiting for confirmation"),
            "tasks.taskrequest",
            {"status__exact": "pending_confirmation"},
        ),
        (_("People suspended"), "accounts.user", {"is_active__exact": 0}),
        *(
            (row.new_label, row.model._meta.label_lower, {"created_at__gte": WEEK})
            for row in ITEM_TYPES.values()
        ),
        (_("Staff acts this week"), "audit.auditlogentry", {"created_at__gte": WEEK}),
        (_("Jobs waiting"), "jobs.job", {"status__exact": "waiting"}),
        (_("Jobs that failed for good"), "jobs.job", {"status__exact": "dead"}),
    )


def with_cards(request: HttpRequest, context: dict) -> dict:
    """Add a card with a link for each count that the reader may see."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    week_ago = (today - timedelta(days=7)).isoformat()
    shown = [
        _card(title, apps.get_model(label), lookups, week_ago)
        for title, label, lookups in cards()
        if _may_see(request, label)
    ]
    return context | {"cards": shown}


def _may_see(request: HttpRequest, label: str) -> bool:
    page = admin.site._registry[apps.get_model(label)]
    return page.has_view_permission(request)


def _card(title, model, lookups: dict, week_ago: str) -> dict:
    known = {k: week_ago if value is WEEK else value for k, value in lookups.items()}
    found = model._base_manager.filter(**known)
    return {
        "title": title,
        "count": ResultList(found).count_up_to(MOST_COUNTED),
        "url": list_of(model, **known),
    }
