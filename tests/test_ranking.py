"""In what order a search shows what it has found."""

import pytest
from django.db import connection

from catalog import vocabulary
from listings.models import Listing
from listings.tests.factories import ListingFactory
from search import ranking

pytestmark = pytest.mark.django_db


@pytest.fixture
def market(db):
    """By their prices: 1 is the oldest."""
    for price, (title, description) in enumerate(
        [
            ("Koka galds", ""),
            ("Krēsls", "Der pie galda."),
            ("Galda lampa", ""),
            ("Sega", "Uz galda, dīvāna vai lampas."),
            ("Lampa", "Uz galda."),
        ],
        start=1,
    ):
        ListingFactory(price=price, title=title, description=description, location="")
    vocabulary.rebuild()


def prices(api, query: str) -> list[int]:
    return [int(row["price"]) for row in api.get(f"/api/listings?{query}").json()]


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("search=galds", [3, 1, 5, 4, 2]),
        ("search=GALDI", [3, 1, 5, 4, 2]),
        ("search=galsd", [3, 1, 5, 4, 2]),  # a typo
        ("search=galda+lampa", [3, 5, 4]),  # both words, one, none in the title
        ("search=galds&ordering=price", [1, 2, 3, 4, 5]),
        ("search=galds&ordering=-created_at", [5, 4, 3, 2, 1]),
        ("search=galds&cursor=", [5, 4, 3, 2, 1]),
        ("", [5, 4, 3, 2, 1]),
    ],
)
def test_titles_come_first_and_then_the_newest(api, market, query, order):
    assert prices(api, query) == order


def test_near_a_point_the_nearest_come_first(api, market):
    Listing.objects.filter(price=2).update(public_latitude=56.95, public_longitude=24)
    query = "search=galds&latitude=56.95&longitude=24&radius=50"
    assert prices(api, query)[0] == 2


@pytest.mark.parametrize("most", [1, 2, 3, 200])
@pytest.mark.parametrize("per_page", [1, 2, 3])
def test_pages_hold_every_row_once(api, market, monkeypatch, most, per_page):
    """Also where one begins among the ranked rows and ends behind them."""
    monkeypatch.setattr(ranking, "MAX_RANKED_ROWS", most)
    pages = [f"search=galds&per_page={per_page}&page={page}" for page in range(1, 7)]
    read = [price for page in pages for price in prices(api, page)]
    assert sorted(read) == [1, 2, 3, 4, 5]
    assert read == prices(api, "search=galds")


def test_only_the_newest_are_ranked(api, market, monkeypatch):
    monkeypatch.setattr(ranking, "MAX_RANKED_ROWS", 3)
    assert prices(api, "search=galds") == [3, 5, 4, 2, 1]


def test_a_ranked_page_gives_no_cursor(api, market):
    """Nobody can go on from it newest first; who wants that begins so."""
    answer = api.get("/api/listings?search=galds&per_page=2")
    assert 'rel="next"' in answer["Link"]
    assert "X-Next-Cursor" not in answer
    assert "X-Next-Cursor" in api.get("/api/listings?search=galds&per_page=2&cursor=")


def looks_back(api, query: str) -> bool:
    """Whether a search reads only what is newer than what another one has found."""
    asked = []

    def note(execute, sql, *others):
        asked.append(sql)
        return execute(sql, *others)

    with connection.execute_wrapper(note):
        prices(api, query)
    return any('"created_at" >=' in sql for sql in asked)


def test_what_an_earlier_search_has_found_hides_no_row(
    api, market, monkeypatch, settings
):
    settings.PREPARED_QUERIES = True  # or nothing is remembered
    monkeypatch.setattr(ranking, "MAX_RANKED_ROWS", 3)
    page = "search=galds&per_page=2"
    assert not looks_back(api, page)
    assert looks_back(api, page)
    assert prices(api, page) == [3, 5]  # before 4, the oldest of those that are ranked
    Listing.objects.filter(price__in=[4, 5]).update(status="deleted")
    assert prices(api, page) == [3, 1]  # older ones are ranked, too
    ListingFactory(price=6, title="Galds", description="", location="")
    assert prices(api, page) == [6, 3]
