"""Count the rows of days, in one query for all figures."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.db import connection
from django.db.models import DateField, Expression, F, FloatField, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Floor, TruncDate
from django.utils import timezone
from django.utils.dateparse import parse_date

from figures.figure import Figure
from figures.models import DailyFigure
from figures.registry import AT, sources_of_activity

CELLS_PER_DEGREE = 5  # 22 km from south to north
SQL = tuple[str, list[Any]]  # with its parameters
# Of all rows of a day, of each category and of each cell. The cells come first: their
# columns are numbers, and in the others NULL is of the type of the first ones.
SUMS = """
SELECT name_, day_, '', row_, column_, SUM(value_) FROM grouped
WHERE row_ IS NOT NULL GROUP BY name_, day_, row_, column_
UNION ALL SELECT name_, day_, category_, NULL, NULL, SUM(value_) FROM grouped
WHERE category_ <> '' GROUP BY name_, day_, category_
UNION ALL SELECT name_, day_, '', NULL, NULL, SUM(value_) FROM grouped
WHERE has_total_ = 1 GROUP BY name_, day_"""


def market_today() -> date:
    """Return the present day in the time zone of the market."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def beginning_of(day: date) -> datetime:
    """Return the time at which a day begins in the time zone of the market."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001
    return timezone.make_aware(midnight, timezone.get_default_timezone())


def figures_of(figures: Iterable[tuple[Figure, date]], last: date) -> list[DailyFigure]:
    """Return the rows of figures, each from its first day until `last`, unsaved.

    One query, whatever the number of figures.
    """
    groups: list[SQL] = []
    people: list[SQL] = []
    for figure, first in figures:
        if figure.is_of_people:
            people.append(_people(figure, first, last))
        else:
            groups.append(_compiled(_grouped(figure, first, last)))
    # The rows of each table are read once, and added up three times.
    grouped, params = _joined(groups, " UNION ALL ")
    sums = _joined([(SUMS, []), *people], " UNION ALL ")
    with connection.cursor() as cursor:
        cursor.execute(f"WITH grouped AS ({grouped}) {sums[0]}", [*params, *sums[1]])
        return [
            DailyFigure(
                day=_date(day),
                name=name,
                category=category,
                place="" if row is None else cell_name(row, column),
                value=int(value),
            )
            for name, day, category, row, column, value in cursor.fetchall()
            if value
        ]


def cell_name(row: float, column: float) -> str:
    """Return the south-western corner of a cell as text: `"56.8,24.0"`."""
    return f"{row / CELLS_PER_DEGREE:.1f},{column / CELLS_PER_DEGREE:.1f}"


def cell_corner(name: str) -> tuple[float, float]:
    """Return the latitude and longitude of the corner that `cell_name` has named."""
    latitude, longitude = name.split(",")
    return float(latitude), float(longitude)


def rows_of(figure: Figure, first: date, last: date) -> QuerySet[Any]:
    """Return the rows that a figure counts, of the days from `first` to `last`."""
    if figure.is_date:
        return figure.rows().filter(**{f"{figure.day}__range": (first, last)})
    return figure.rows().filter(**between(figure.day, first, last))


def between(path: str, first: date, last: date) -> dict[str, datetime]:
    """Return the lookups of the rows of some days, by the path of their time."""
    # Two comparisons with the column, which its index answers; one with its date in
    # the time zone would read the whole table.
    return {
        f"{path}__gte": beginning_of(first),
        f"{path}__lt": beginning_of(last + timedelta(days=1)),
    }


def activity_of(first: date, last: date) -> Iterator[tuple[QuerySet[Any], str]]:
    """Yield what people wrote on some days, each with the path of who wrote it."""
    for rows, person in sources_of_activity():
        yield rows.filter(**between(AT, first, last)).order_by(), person


def _day(path: str, first: date, last: date) -> Expression:
    if first == last:  # nothing to compute in each row
        return Value(first, DateField())
    return TruncDate(path, tzinfo=timezone.get_default_timezone())


def _grouped(figure: Figure, first: date, last: date) -> QuerySet[Any]:
    """Return the rows of a figure, added up by day, category and cell."""
    place, category = figure.place, figure.category
    nowhere = Cast(Value(None), FloatField())
    rows = rows_of(figure, first, last).values(
        name_=Value(figure.name),
        day_=F(figure.day) if figure.is_date else _day(figure.day, first, last),
        category_=F(category) if category else Value(""),
        # There is no sum of currencies.
        has_total_=Value(0 if figure.is_money else 1),
        row_=nowhere if place is None else _cell(f"{place}public_latitude"),
        column_=nowhere if place is None else _cell(f"{place}public_longitude"),
    )
    return rows.annotate(value_=figure.value).order_by()


def _cell(path: str) -> Floor:
    number = cast(Combinable, F(path)) * CELLS_PER_DEGREE
    return Floor(number, output_field=FloatField())


def _people(figure: Figure, first: date, last: date) -> SQL:
    """Return the SQL of how many people wrote something each day, each of them once."""
    days = [
        _compiled(rows.values(day_=_day(AT, first, last), person_=F(person)))
        for rows, person in activity_of(first, last)
    ]
    written, params = _joined(days, " UNION ")  # which leaves out repetitions
    sql = f"""SELECT %s, day_, '', NULL, NULL, COUNT(*) FROM ({written}) AS written
        GROUP BY day_"""
    return sql, [figure.name, *params]


def _compiled(rows: QuerySet[Any]) -> SQL:
    sql, params = rows.query.sql_with_params()
    return sql, list(params)


def _joined(parts: list[SQL], word: str) -> SQL:
    return word.join(sql for sql, _p in parts), [one for _s, p in parts for one in p]


def _date(value: date | str) -> date:
    # SQLite has no type for dates.
    return value if isinstance(value, date) else cast(date, parse_date(value))
