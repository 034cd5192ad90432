"""The yearly figures of moderation: Articles 15 and 24 of Regulation 2022/2065."""

from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from audit.models import Decision
from moderation.categories import CATEGORIES
from moderation.models import Appeal, Report


def figures(year: int) -> dict[str, Any]:
    """Return the counts of a year, which name nobody.

    Times are the medians in hours; None where nothing was decided.
    """
    begin, end = _bounds(year)
    reports = Report.objects.filter(created_at__gte=begin, created_at__lt=end)
    decisions = Decision.objects.filter(created_at__gte=begin, created_at__lt=end)
    appeals = Appeal.objects.filter(created_at__gte=begin, created_at__lt=end)
    restricting = decisions.exclude(outcome__in=("no_action", "restore"))
    return {
        "year": year,
        "reports": {
            "total": reports.count(),
            "by_category": _by_eu_category(reports),
            "upheld": reports.filter(status=Report.Status.UPHELD).count(),
            "not_upheld": reports.filter(status=Report.Status.NOT_UPHELD).count(),
            "median_hours": _median_hours(reports),
        },
        "decisions": {
            "total": restricting.count(),
            "by_outcome": _by(restricting, "outcome"),
            "by_restriction": _by_scope(restricting),
            "by_ground": _by(restricting, "ground"),
            "by_source": _by(restricting, "source"),
            "decided_automatically": restricting.filter(
                decided_automatically=True
            ).count(),
            "detected_automatically": restricting.filter(
                detected_automatically=True
            ).count(),
        },
        "appeals": {
            "total": appeals.count(),
            "upheld": appeals.filter(status=Appeal.Status.UPHELD).count(),
            "rejected": appeals.filter(status=Appeal.Status.REJECTED).count(),
            "median_hours": _median_hours(appeals),
        },
    }


def _bounds(year: int) -> tuple[datetime, datetime]:
    zone = timezone.get_current_timezone()
    begin, end = (datetime(each, 1, 1, tzinfo=zone) for each in (year, year + 1))
    return begin, end


def _by(rows: QuerySet[Any], field: str) -> dict[str, int]:
    counted = rows.order_by().values_list(field).annotate(Count("pk"))
    return dict(sorted(counted))


def _by_scope(decisions: QuerySet[Any]) -> dict[str, int]:
    """Count what was taken away from people: by one decision perhaps several things."""
    found = dict.fromkeys(Decision.Scope.values, 0)
    for restricts, count in _by(decisions.exclude(restricts=""), "restricts").items():
        for scope in restricts.split():
            found[scope] += count
    return {scope: count for scope, count in found.items() if count}


def _by_eu_category(reports: QuerySet[Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, count in _by(reports, "category").items():
        eu = CATEGORIES[name].eu if name in CATEGORIES else "NOT_SPECIFIED_NOTICE"
        key = f"STATEMENT_CATEGORY_{eu}"
        found[key] = found.get(key, 0) + count
    return found


def _median_hours(rows: QuerySet[Any]) -> float | None:
    decided = rows.exclude(decided_at=None).values_list("created_at", "decided_at")
    hours = [(end - begin) / timedelta(hours=1) for begin, end in decided]
    return round(median(hours), 1) if hours else None
