"""The order by views: no index has it, so it is that of the newest listings."""

import pytest

from items import filters
from listings.tests.factories import ListingFactory
from tests.lists import rows

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("query", ["", "&category=furniture", "&page=1&per_page=2"])
def test_the_most_viewed_of_the_newest_come_first(api, monkeypatch, query):
    """An older one that was viewed more often is not among them."""
    monkeypatch.setattr(filters, "MAX_SORTED", 3)
    views = [9, 2, 5, 4]
    made = [ListingFactory(category="furniture", views_count=one) for one in views]
    _oldest, third, first, second = made
    answer = api.get(f"/api/listings?ordering=-views_count{query}")
    expected = [first.pk, second.pk, third.pk]
    assert [row["id"] for row in rows(answer)] == expected[: len(rows(answer))]
    assert answer["X-Total-Count"] == "4"


def test_what_others_filter_out_does_not_count_among_the_newest(api, monkeypatch):
    monkeypatch.setattr(filters, "MAX_SORTED", 1)
    shown = ListingFactory(views_count=1)
    ListingFactory(status="sold", views_count=2)
    ListingFactory(moderation="visible", price=9_999, views_count=3)
    answer = api.get("/api/listings?ordering=-views_count&max_price=9000")
    assert [row["id"] for row in rows(answer)] == [shown.pk]


def test_a_second_order_by_views_sorts_all_rows(api, monkeypatch):
    monkeypatch.setattr(filters, "MAX_SORTED", 1)
    older, newer = (ListingFactory(price=price) for price in (1, 2))
    answer = api.get("/api/listings?ordering=price,-views_count")
    assert [row["id"] for row in rows(answer)] == [older.pk, newer.pk]
