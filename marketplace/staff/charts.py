"""Charts of the figures by day or by week, as Chart.js reads them."""

import json
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from figures.figure import Figure
from marketplace.staff.numbers import GROUPS, Series, keys_of, sum_of
from payments.money import to_decimal

DAYS, WEEKS = 28, 26
COLOURS = ("#0f766e", "#d97706", "#2563eb", "#9333ea", "#dc2626", "#64748b", "#65a30d")


def step_of(request: HttpRequest) -> str:
    """Return what one point of a chart is: `day`, or `week` if that is asked for."""
    return "week" if request.GET.get("by") == "week" else "day"


def first_day(today: date, by: str) -> date:
    """Return the first day that the page needs: also for the period before."""
    return today - timedelta(days=7 * WEEKS + 6 if by == "week" else 2 * DAYS)


def steps(request: HttpRequest, by: str) -> list[dict[str, Any]]:
    """Return the links that choose days or weeks."""
    links = []
    for value, label in (("day", _("By day")), ("week", _("By week"))):
        query = request.GET.copy()
        query["by"] = value
        url = f"?{query.urlencode()}#charts"
        links.append({"label": label, "url": url, "is_chosen": value == by})
    return links


def spans(today: date, by: str) -> list[tuple[date, date]]:
    """Return the first and last day of each point; weeks begin on Monday."""
    if by == "day":
        days = [today - timedelta(days=n) for n in reversed(range(DAYS))]
        return [(day, day) for day in days]
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=n) for n in reversed(range(WEEKS))]
    return [(day, min(day + timedelta(days=6), today)) for day in mondays]


def charts(
    figures: list[Figure], series: Series, *, today: date, by: str
) -> list[dict[str, Any]]:
    """Return a chart for each group of figures: a title, data and options in JSON."""
    points = spans(today, by)
    labels = [date_format(first, "SHORT_DATE_FORMAT") for first, _last in points]
    found = []
    for group, title in GROUPS.items():
        lines = [
            _line(figure, key, series, points)
            for figure in figures
            if figure.group == group
            for key in keys_of(figure, series)
        ]
        for number, line in enumerate(lines):
            colour = COLOURS[number % len(COLOURS)]
            line |= {"borderColor": colour, "backgroundColor": colour}
        if lines:
            data = json.dumps({"labels": labels, "datasets": lines})
            found.append({"title": title, "data": data, "options": _options()})
    return found


def _line(
    figure: Figure, key: tuple[str, str], series: Series, points: list
) -> dict[str, Any]:
    days = series.get(key, {})
    values: list[float] = []
    for first, last in points:
        value: float = sum_of(days, first, last)
        if figure.is_of_people:
            value = round(value / ((last - first).days + 1))
        values.append(float(to_decimal(int(value), key[1])) if key[1] else value)
    label = f"{figure.label}, {key[1]}" if key[1] else str(figure.label)
    return {"label": label, "data": values, "borderWidth": 2, "pointRadius": 2}


def _options() -> str:
    """Return the options of a chart: numbers in the reader's language, a legend."""
    legend = {"display": True, "position": "bottom", "labels": {"boxWidth": 12}}
    return json.dumps(
        {
            "animation": False,
            "maintainAspectRatio": False,
            "locale": get_language(),
            "plugins": {"legend": legend},
            "scales": {
                "x": {"ticks": {"maxTicksLimit": 8, "maxRotation": 0}},
                "y": {"beginAtZero": True, "ticks": {"precision": 0}},
            },
        }
    )
