"""Which words are corrected, to what, and how many queries it costs."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from catalog import map as market_map
from catalog import vocabulary
from core.api.pagination import Pages
from core.db.prepared import results_cache
from listings.tests.factories import ListingFactory
from offerings.tests.factories import OfferingFactory
from search import typos
from search import vocabulary as search_vocabulary
from search.models import Word
from search.text import parse_terms
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db
LISTS = ("/api/listings", "/api/tasks", "/api/offerings", "/api/helpers")
SLIP = "search=velospieds"
FAR = "latitude=56.5&longitude=24.1&radius=100"


def learn(*texts: str) -> None:
    search_vocabulary.rebuild(texts)


def one_of_each() -> None:
    ListingFactory(title="Velosipēds")
    TaskFactory(title="Velosipēds")
    OfferingFactory(title="Velosipēds")
    UserFactory(helper=True, first_name="Velosipēds", latitude=56.95, longitude=24.1)


def total(api, url: str) -> str:
    return api.get(url)["X-Total-Count"]


def queries_of(client, url: str) -> list[str]:
    results_cache.clear()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    # Searches that find nothing are counted in memory, and written by another thread.
    return [
        query["sql"]
        for query in queries
        if not re.search("searchwithoutresults|SAVEPOINT", query["sql"])
    ]


# --- What is corrected ----------------------------------------------------------------


@pytest.mark.parametrize("url", LISTS)
def test_every_public_list_corrects_typos(api, url):
    one_of_each()
    vocabulary.rebuild()
    assert total(api, f"{url}?{SLIP}") == "1"
    assert total(api, f"{url}?{SLIP}&{FAR}") == "1"


def test_a_new_word_is_found_before_the_vocabulary_has_it(api):
    learn("velosiped")
    ListingFactory(title="Velospieds")
    assert total(api, f"/api/listings?{SLIP}") == "1"


def test_a_known_word_is_not_corrected():
    learn("galds", "gards")
    assert typos.correct("galdi") == parse_terms("galdi")


def test_the_beginning_of_a_known_word_is_not_corrected():
    learn("velosipeds", "velo", "zelosi")
    assert typos.correct("velosi") == parse_terms("velosi")


@pytest.mark.parametrize("word", ["lup", "2015", "s23x", "abc1"])
def test_short_words_and_numbers_are_not_corrected(word):
    learn("lapa lampa kap 2016 s24x abcd")
    assert typos.correct(word) == parse_terms(word)


def test_the_most_used_corrections_come_first():
    learn("salm", "balm balm", "kalm kalm kalm", *("galm", "dalm", "palm", "talm"))
    [forms] = typos.correct("xalm")
    assert forms[:3] == ("xalm", "kalm", "balm")
    assert len(forms) == 1 + typos.MAX_CORRECTIONS


def test_at_most_three_words_are_corrected():
    learn("galds sofas lampa krekls")
    words = typos.correct("gasld soafs lamppa krelks")
    assert [len(forms) for forms in words] == [2, 2, 2, 1]


@pytest.mark.parametrize("slip", ["glads", "gald", "gaalds", "gaids", "galsd"])
def test_each_kind_of_edit_is_generated(slip):
    assert "galds" in set(typos.edits1(slip))


# --- What it costs --------------------------------------------------------------------


def test_words_are_looked_up_once(api):
    learn("galds sofas lampa")
    url = "/api/listings?search=gasld+soafs+lamppa+krelks+visi+citi"
    assert sum("search_word" in sql for sql in queries_of(api, url)) == 1


@pytest.mark.parametrize("query", ["", "search=", "search=%20", "search=a+12345"])
def test_without_words_to_correct_nothing_is_looked_up(api, query):
    url = f"/api/listings?{query}"
    assert not any("search_word" in sql for sql in queries_of(api, url))


@pytest.mark.parametrize("max_count", [1, 1_000])
@pytest.mark.parametrize("query", [SLIP, f"{SLIP}&{FAR}", f"{SLIP}&page=2&per_page=1"])
def test_a_search_costs_four_queries_at_one_and_at_twenty_rows(
    api, monkeypatch, query, max_count
):
    """Also where more match than are counted, far from the point that was asked."""
    monkeypatch.setattr(Pages, "max_count", max_count)
    one_of_each(), one_of_each()
    vocabulary.rebuild()
    few = {url: len(queries_of(api, f"{url}?{query}")) for url in LISTS}
    for _row in range(19):
        one_of_each()
    many = {url: len(queries_of(api, f"{url}?{query}")) for url in LISTS}
    assert few == many
    assert max(many.values()) <= 4


# --- The map --------------------------------------------------------------------------


@pytest.mark.parametrize("most", [200, 2])
def test_the_map_corrects_typos_as_the_list_does(api, monkeypatch, most):
    monkeypatch.setattr(market_map, "MAX_POINTS", most)
    for _row in range(4):
        one_of_each()
    TaskFactory(title="Logi")
    vocabulary.rebuild()
    found = api.get(f"/api/map?bbox=20,55,29,59&zoom=7&kinds=tasks&{SLIP}").json()
    assert found["total"] == int(total(api, f"/api/tasks?{SLIP}")) == 4


def test_a_word_that_nobody_could_know_costs_no_lookup(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert len(typos.correct("abcde" * 40)) == 1


# --- Places -------------------------------------------------------------------------


@pytest.mark.parametrize("uses", [1, search_vocabulary.MIN_COMMON_USES])
def test_a_place_is_found_whether_it_is_common_or_not(client, api, uses):
    ListingFactory(location="Brīvības iela, Rīga")
    ListingFactory(location="Ogre")
    Word.objects.bulk_create([Word(word="rig", uses=uses), Word(word="ogr", uses=1)])
    assert total(api, "/api/listings?location=riga") == "1"
    asked = queries_of(client, "/api/listings?location=riga")
    is_common = uses == search_vocabulary.MIN_COMMON_USES
    assert ("search_text" in " ".join(asked[1:]).lower()) is not is_common
    both = "location=riga, ogre"
    assert "search_text" in " ".join(queries_of(client, f"/api/listings?{both}"))


@pytest.mark.parametrize("kind", ["listings", "tasks", "offerings"])
def test_a_place_and_words_around_a_point_cost_four_queries(client, monkeypatch, kind):
    monkeypatch.setattr(Pages, "max_count", 0)
    one_of_each()
    url = f"/api/{kind}?location=Rīga&{SLIP}&{FAR}"
    assert len(queries_of(client, url)) <= 4


# --- What is learned ------------------------------------------------------------------


def known() -> dict[str, int]:
    return dict(Word.objects.values_list("word", "uses"))


def test_words_count_by_their_stems():
    learn("sniegs sniegu logi", "sniegam 2015 a1 un")
    assert known() == {"snieg": 3, "log": 1}


def test_a_rebuild_writes_only_what_has_changed():
    learn("sniegs logi", "logi")
    assert search_vocabulary.rebuild(["sniegs durvis"]) == 2
    assert known() == {"snieg": 1, "durv": 1}
    assert search_vocabulary.rebuild(["sniegs durvis"]) == 0


def test_the_vocabulary_is_bounded(monkeypatch):
    monkeypatch.setattr(search_vocabulary, "MAX_KNOWN_WORDS", 2)
    learn("zirgs zirgi durvis logi logs")
    assert known() == {"zirg": 2, "log": 2}


def test_hidden_texts_are_not_in_the_vocabulary():
    ListingFactory(hidden=True, title="Slepens", description="", location="")
    ListingFactory(seller=UserFactory(is_active=False), title="Aizliegts")
    ListingFactory(title="Galds", description="", location="")
    vocabulary.rebuild()
    assert known() == {"gald": 1}


def test_the_newest_texts_are_read(monkeypatch):
    monkeypatch.setattr(vocabulary, "MAX_TEXTS", 1)
    for title in ("Vecais", "Jaunais"):
        ListingFactory(title=title, description="", location="")
    vocabulary.rebuild()
    assert known() == {"jaun": 1}
