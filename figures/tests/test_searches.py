"""Searches that found nothing are counted, without who searched."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError

from figures import searches
from figures.counting import market_today
from figures.models import SearchWithoutResults
from figures.tests.factories import SearchWithoutResultsFactory
from listings.tests.factories import ListingFactory

pytestmark = pytest.mark.django_db
YESTERDAY = timedelta(days=1)


def counts() -> dict[str, int]:
    return dict(SearchWithoutResults.objects.values_list("query", "count"))


@pytest.mark.parametrize("kind", ["listings", "tasks", "offerings"])
def test_a_search_without_results_is_counted(api, kind):
    for _n in range(2):
        assert api.get(f"/api/{kind}?search=Zīters!")["X-Total-Count"] == "0"
    assert counts() == {"ziters": 2}


def test_a_search_with_results_is_not_counted(api):
    ListingFactory(title="Zither")
    assert api.get("/api/listings?search=zither")["X-Total-Count"] == "1"
    api.get("/api/listings?search=zither&page=9")
    api.get("/api/listings?category=kids")
    assert counts() == {}


@pytest.mark.parametrize(
    "words", ["anna@example.com", "+371 2000 0000", "010190-12345", "20 00 0"]
)
def test_words_that_may_name_somebody_are_not_kept(api, words):
    api.get("/api/listings", {"search": words})
    assert counts() == {"": 1}


def test_words_are_cut(api):
    api.get("/api/listings", {"search": "z" * 200})
    assert counts() == {"z" * 100: 1}


def test_a_day_has_a_bounded_number_of_words(monkeypatch, api):
    monkeypatch.setattr(searches, "MAX_QUERIES_PER_DAY", 2)
    for words in ("xa", "xb", "xc", "xd", "xa"):
        api.get(f"/api/listings?search={words}")
    assert counts() == {"xa": 2, "xb": 1, "": 2}


def test_rare_words_are_forgotten_the_next_day_and_stay_counted():
    day = market_today() - YESTERDAY
    SearchWithoutResultsFactory(day=day, query="rare", count=2)
    SearchWithoutResultsFactory(day=day, query="rarer", count=1)
    SearchWithoutResultsFactory(day=day, query="common", count=3)
    SearchWithoutResultsFactory(query="of today", count=1)
    call_command("maintain")
    assert counts() == {"": 3, "common": 3, "of today": 1}


def test_counts_that_could_not_be_written_stay_pending(monkeypatch):
    counter = searches.SearchCounter()

    def fail(*args):
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(searches, "_write_day", fail)
        counter.add("listing", "zither")
    assert counts() == {}
    counter.flush()
    assert counts() == {"zither": 1}
