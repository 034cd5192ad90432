"""Rows without a value come last, in both directions and on both databases."""

from datetime import timedelta

import pytest
from django.utils import timezone

from offerings.tests.factories import OfferingFactory
from tasks.tests.factories import TaskFactory
from tests.lists import rows

pytestmark = pytest.mark.django_db
LATER = timezone.now() + timedelta(days=3)
FIELDS = {
    "budget": (TaskFactory, "/api/tasks", [5, 10, 20]),
    "deadline": (TaskFactory, "/api/tasks", [LATER, LATER + timedelta(days=1)]),
    "price": (OfferingFactory, "/api/offerings", [5, 10, 20]),
}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("per_page", [1, 2, 100])
def test_empty_values_come_last_on_every_page(api, field, sign, per_page):
    """R9: the pages together are the whole list, without a row twice."""
    make, url, values = FIELDS[field]
    none = [make(**{field: None}).pk for _ in range(3)]
    some = [make(**{field: value}).pk for value in values]
    expected = (some if sign == "" else some[::-1]) + none[::-1]
    query = f"{url}?ordering={sign}{field}&per_page={per_page}"
    pages = range(1, len(expected) // per_page + 2)
    found = [
        row["id"] for page in pages for row in rows(api.get(f"{query}&page={page}"))
    ]
    assert found == expected


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_second_order_puts_empty_values_last_too(api, sign):
    """R9: whichever place the field has in the order."""
    none, some = TaskFactory(budget=None), TaskFactory(budget=7)
    dear = TaskFactory(budget=9, deadline=LATER)
    answer = api.get(f"/api/tasks?ordering=-deadline,{sign}budget")
    assert [row["id"] for row in rows(answer)] == [dear.pk, some.pk, none.pk]
