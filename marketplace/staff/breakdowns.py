"""One figure of four weeks by category and by place, and words that found nothing."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest

from audit.models import Decision
from catalog.item_types import ITEM_TYPES
from categories import tree
from figures.figure import Figure
from figures.models import DailyFigure, SearchWithoutResults
from figures.searches import MIN_COUNT
from marketplace.staff.maps import draw
from marketplace.staff.numbers import formatted, rows_url
from marketplace.staff.queues import can_view
from moderation.categories import CATEGORIES

DAYS = 28
MAX_ROWS = 20


def context(
    request: HttpRequest, figures: list[Figure], *, today: date
) -> dict[str, Any]:
    """Return what the page shows of one figure, which `?figure=` chooses."""
    choices = [f for f in figures if (f.category or f.place is not None)]
    choices = [figure for figure in choices if not figure.is_money]
    first, last = today - timedelta(days=DAYS), today - timedelta(days=1)
    found: dict[str, Any] = {"days": DAYS, "searches": []}
    if can_view(request, SearchWithoutResults):
        found["searches"] = _searches(first, today)
    if not choices:
        return found
    by_name = {figure.name: figure for figure in choices}
    default = by_name.get("new_tasks", choices[0])
    figure = by_name.get(request.GET.get("figure", ""), default)
    sums = _sums(figure, first, last)
    return found | {
        "choices": [_choice(request, each, figure) for each in choices],
        "chosen": figure,
        "categories": _categories(figure, sums, first, last),
        "map": draw(figure, sums, first, last),
    }


def _choice(request: HttpRequest, figure: Figure, chosen: Figure) -> dict[str, Any]:
    query = request.GET.copy()
    query["figure"] = figure.name
    return {
        "label": figure.label,
        "url": f"?{query.urlencode()}#breakdown",
        "is_chosen": figure is chosen,
    }


def _sums(figure: Figure, first: date, last: date) -> dict[tuple[str, str], int]:
    """Return the sums by category and by place, in one query."""
    rows = DailyFigure.objects.filter(name=figure.name, day__range=(first, last))
    parts = rows.exclude(category="", place="").values_list("category", "place")
    sums = parts.annotate(sum=Sum("value")).order_by("-sum", "category", "place")
    return {(category, place): value for category, place, value in sums}


def _categories(
    figure: Figure, sums: dict[tuple[str, str], int], first: date, last: date
) -> list[dict[str, Any]]:
    """Return the largest categories: a name, a value, its share and an address."""
    rows = [(category, value) for (category, _p), value in sums.items() if category]
    largest = max((value for _category, value in rows), default=1)
    return [
        {
            "label": category_name(figure, category),
            "text": formatted(figure, value),
            "percent": round(100 * value / largest),
            "url": rows_url(
                figure, first, last, **{f"{figure.category}__exact": category}
            ),
        }
        for category, value in rows[:MAX_ROWS]
    ]


def category_name(figure: Figure, category: str) -> str:
    """Return a category in the reader's language."""
    if figure.name == "reports":
        known = CATEGORIES.get(category)
        return str(known.label) if known else category
    if figure.name == "decisions":
        return str(dict(Decision.Outcome.choices).get(category, category))
    if figure.name == "searches_without_results":
        types = {row.name: row.label for row in ITEM_TYPES.values()}
        return str(types.get(category, category))
    return _item_category(category)


def _item_category(slug: str) -> str:
    for item_type in ITEM_TYPES.values():
        node = tree.of(item_type.model.item_type()).nodes.get(slug)
        if node is not None:
            return tree.in_language(node.names)
    return slug


def _searches(first: date, last: date) -> list[dict[str, Any]]:
    """Return the words that most searches had that found nothing."""
    rows = SearchWithoutResults.objects.filter(day__range=(first, last))
    sums = rows.exclude(query="").values("query").annotate(sum=Sum("count"))
    # Not what few have searched: it may be about one person.
    return list(sums.filter(sum__gte=MIN_COUNT).order_by("-sum", "query")[:10])
