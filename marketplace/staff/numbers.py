"""The figures of today and of the last weeks, each with a link to its rows."""

from collections import defaultdict
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin.base import changelist_url
from figures import active
from figures.counting import beginning_of
from figures.figure import Figure
from figures.models import DailyFigure
from figures.registry import all_figures
from marketplace.staff.queues import can_view
from payments.money import to_decimal

GROUPS: dict[str, str | Promise] = {
    "people": gettext_lazy("People"),
    "market": gettext_lazy("Market"),
    "desk": gettext_lazy("Moderation and disputes"),
    "money": gettext_lazy("Money"),
    "failures": gettext_lazy("Failures"),
}
PERIODS = (7, 28)  # whole days, until yesterday
Key = tuple[str, str]  # figure, currency
Series = dict[Key, dict[date, int]]


def visible_figures(request: HttpRequest) -> list[Figure]:
    """Return the figures whose rows the user may view."""
    return [f for f in all_figures().values() if can_view(request, f.model)]


def series_of(figures: list[Figure], *, since: date, until: date) -> Series:
    """Return the values of each day, in one query."""
    money = [figure.name for figure in figures if figure.is_money]
    others = [figure.name for figure in figures if not figure.is_money]
    of_all = Q(name__in=others, category="", place="")
    rows = DailyFigure.objects.filter(
        of_all | Q(name__in=money, place=""), day__range=(since, until)
    )
    series: Series = defaultdict(dict)
    for name, currency, day, value in rows.values_list(
        "name", "category", "day", "value"
    ):
        series[name, currency][day] = value
    return series


def keys_of(figure: Figure, series: Series) -> list[Key]:
    """Return the keys of a figure: one, or one for each currency."""
    if not figure.is_money:
        return [(figure.name, "")]
    currencies = {currency for name, currency in series if name == figure.name}
    others = sorted(currencies - {settings.PAYMENT_CURRENCY})
    return [(figure.name, c) for c in (settings.PAYMENT_CURRENCY, *others)]


def formatted(figure: Figure, value: float, currency: str = "") -> str:
    """Return a value in the reader's format."""
    if figure.is_money:
        amount = to_decimal(round(value), currency)
        return f"{number_format(amount, force_grouping=True)} {currency}"
    return number_format(round(value), force_grouping=True)


def table(figures: list[Figure], series: Series, *, today: date) -> list[dict]:
    """Return the groups of figures: a title and rows of cells.

    A cell has a text, the address of its rows, and for a period its change.
    """
    groups = []
    for group, title in GROUPS.items():
        rows = [
            _row(figure, key, series.get(key, {}), today)
            for figure in figures
            if figure.group == group
            for key in keys_of(figure, series)
        ]
        if rows:
            groups.append({"title": title, "rows": rows})
    return groups


def _row(figure: Figure, key: Key, days: dict[date, int], today: date) -> dict:
    yesterday = today - timedelta(days=1)
    cells = [
        _cell(figure, key, days, today, today),
        _cell(figure, key, days, yesterday, yesterday),
    ]
    for length in PERIODS:
        first = today - timedelta(days=length)
        cell = _cell(figure, key, days, first, yesterday)
        before = sum_of(days, first - timedelta(days=length), first - timedelta(days=1))
        cells.append(cell | change(sum_of(days, first, yesterday), before))
    label = str(figure.label)
    if figure.is_of_people:
        label = _("%(figure)s (a day, on average)") % {"figure": label}
    return {"name": figure.name, "label": label, "cells": cells}


def _cell(
    figure: Figure, key: Key, days: dict[date, int], first: date, last: date
) -> dict:
    value: float = sum_of(days, first, last)
    if figure.is_of_people:
        value /= (last - first).days + 1
    text = formatted(figure, value, key[1])
    return {"text": text, "url": rows_url(figure, first, last, currency=key[1])}


def sum_of(days: dict[date, int], first: date, last: date) -> int:
    """Return the sum of the days from `first` to `last`."""
    return sum(value for day, value in days.items() if first <= day <= last)


def change(now: int, before: int) -> dict[str, str]:
    """Return by how many per cent a number has changed; nothing if it was zero."""
    if not before:
        return {}
    percent = round(100 * (now - before) / before)
    sign = "+" if percent > 0 else "−" if percent < 0 else "±"
    text = f"{sign}{number_format(abs(percent), force_grouping=True)} %"
    return {"change": text}


def rows_url(
    figure: Figure, first: date, last: date, *, currency: str = "", **lookups: object
) -> str:
    """Return the address of the list of the rows of a figure."""
    if figure.is_of_people:
        return changelist_url(figure.model, **{active.FIRST: first, active.LAST: last})
    day = figure.linked_day or figure.day
    begin, end = first, last + timedelta(days=1)
    between: dict[str, object] = {f"{day}__gte": begin, f"{day}__lt": end}
    if not figure.is_date:
        between = {
            f"{day}__gte": beginning_of(begin).isoformat(),
            f"{day}__lt": beginning_of(end).isoformat(),
        }
    if currency:
        lookups["currency__exact"] = currency
    return changelist_url(figure.model, **figure.lookups, **between, **lookups)
