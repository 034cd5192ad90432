"""The texts of values: those that a range covers, and those of the index."""

from datetime import date
from random import Random

import pytest
from django.db import connection

from categories.texts import covering, equal

NUMBERS = (
    0,
    0.001,
    -0.001,
    0.5,
    1,
    1.999,
    2,
    2015,
    2016,
    99_999.999,
    10**12,
    -(10**12),
)


def numbers():
    """Numbers of all sizes, of each sign, and many years."""
    drawn = Random(1)
    return [
        *NUMBERS,
        *(drawn.randint(1900, 2100) for _n in range(30)),
        *(round(drawn.uniform(-1e4, 1e4), 3) for _n in range(30)),
    ]


def texts_in_database(attributes: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT attribute_texts(%s::jsonb)", [attributes])
        return set(cursor.fetchone()[0] or ())


def test_a_range_is_covered_by_few_texts():
    values = numbers()
    assert max(len(covering("x", a, b)) for a in values for b in values) < 150


def test_an_open_end_is_covered_by_fewer():
    values = [each for each in numbers() if each > 0]
    ends = [covering("x", a, None) for a in values]
    assert max(map(len, ends)) < 80
    assert all(len(covering("x", None, a)) < 80 for a in values)
    assert len(covering("x", None, None)) < 10


def test_an_empty_range_has_no_texts():
    assert covering("year", 2017, 2016) == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
class TestTexts:
    """The texts of the database are those of Python."""

    def test_a_range_finds_each_number_in_it_and_none_far_from_it(self, db):
        values = numbers()
        texts = {each: texts_in_database(f'{{"x": {each}}}') for each in values}
        for low, high in zip(values, sorted(values, reverse=True), strict=True):
            low, high = sorted((low, high))
            found = set(covering("x", low, high))
            for value in values:
                if low <= value <= high:
                    assert texts[value] & found, (low, value, high)
                elif min(abs(value - low), abs(value - high)) > abs(value) / 1000:
                    assert not texts[value] & found, (low, value, high)

    def test_an_open_range_finds_each_number_on_its_side(self, db):
        values = numbers()
        texts = {each: texts_in_database(f'{{"x": {each}}}') for each in values}
        for end in values:
            above, below = covering("x", end, None), covering("x", None, end)
            assert all(texts[n] & set(above) for n in values if n >= end)
            assert all(texts[n] & set(below) for n in values if n <= end)
            assert all(texts[n] & set(covering("x", None, None)) for n in values)

    def test_a_range_of_dates_finds_the_day(self, db):
        texts = texts_in_database('{"x": "2031-05-06"}')
        for first, last, is_found in (
            (date(2031, 5, 6), date(2031, 5, 6), True),
            (date(1000, 1, 1), date(2031, 5, 6), True),
            (date(2031, 5, 6), date(9999, 12, 31), True),
            (date(1000, 1, 1), date(2031, 4, 30), False),
            (date(2031, 6, 1), date(9999, 12, 31), False),
        ):
            found = set(covering("x", first.isoformat(), last.isoformat()))
            assert bool(texts & found) == is_found, (first, last)

    @pytest.mark.parametrize("value", ["diesel", "2031-05-06", True, False])
    def test_a_choice_and_a_flag_are_one_text(self, db, value):
        written = str(value).lower() if isinstance(value, bool) else f'"{value}"'
        assert equal("x", value) in texts_in_database(f'{{"x": {written}}}')
