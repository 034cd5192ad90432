"""The start page of the admin: queues, and the figures of the market."""

from typing import Any

from django.http import HttpRequest

from figures.counting import market_today
from marketplace.staff import breakdowns, charts, numbers
from marketplace.staff.numbers import visible_figures
from marketplace.staff.queues import queues_for


def add_dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the context with what the start page shows. Unfold calls it.

    Only what the user may view is in it.
    """
    today = market_today()
    by = charts.step_of(request)
    figures = visible_figures(request)
    series = numbers.series_of(figures, since=charts.first_day(today, by), until=today)
    return context | {
        "queues": queues_for(request),
        "numbers": numbers.table(figures, series, today=today),
        "charts": charts.charts(figures, series, today=today, by=by),
        "steps": charts.steps(request, by),
        **breakdowns.context(request, figures, today=today),
    }
