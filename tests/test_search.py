"""What lists find, what they refuse, and what no question may reach."""

from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from listings.models import Listing
from listings.tests.factories import ListingFactory
from reviews.filters import ReviewFilter
from search.text import normalize
from tasks.tests.factories import TaskFactory
from tests.lists import LISTS, PLACES, rows

pytestmark = pytest.mark.django_db


def found(api, query: str) -> list[str]:
    return [row["title"] for row in rows(api.get(f"/api/listings?{query}"))]


# --- Pages ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "per_page"),
    [
        ("1000000", 100),
        ("9" * 30, 100),
        ("-1", 20),
        ("0", 20),
        ("abc", 20),
        ("", 20),
        ("1.5", 20),
        ("٣", 20),
        ("%00", 20),
        ("3", 3),
    ],
)
def test_page_size_is_bounded(api, asked, per_page):
    """G1: 100 at most; what is no number counts as not given."""
    for url in LISTS:
        answer = api.get(f"{url}?per_page={asked}")
        assert answer["X-Per-Page"] == str(per_page)


@pytest.mark.parametrize("page", ["2", "1000000", "1" + "0" * 30, "9" * 18])
def test_page_beyond_the_end_is_empty(api, one_of_each, page):
    """G1: by the contract an empty list with 200, not 404."""
    for url in LISTS:
        answer = api.get(f"{url}?page={page}")
        assert (rows(answer), answer["X-Total-Count"]) == ([], "1")


@pytest.mark.parametrize("page", ["-1", "0", "abc", "1e3", "1.5", "%00"])
def test_page_that_is_no_number_is_the_first(api, one_of_each, page):
    """G1: by the contract it counts as not given."""
    assert len(rows(api.get(f"/api/listings?page={page}"))) == 1


def test_largest_page_is_below_a_megabyte(api):
    """G1: a hundred listings with all the words they may have."""
    seller = UserFactory()
    words = {"title": "x" * 100, "description": "ā" * 2000, "images": "y" * 1000}
    made = [ListingFactory.build(seller=seller, **words) for _ in range(101)]
    Listing.objects.bulk_create(made)
    answer = api.get("/api/listings?per_page=1000000")
    assert len(answer.json()) == 100
    assert len(answer.content) < 1_000_000


# --- Undeclared questions -------------------------------------------------------------


def sql_of(api, url) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert api.get(url).status_code == 200
    return [query["sql"] for query in queries]


@pytest.mark.parametrize(
    "query",
    [
        "owner__password__startswith=p",
        "seller__password__startswith=p",
        "creator__email__contains=@",
        "password__startswith=p",
        "_connector=OR%201=1",
        "_negated=1",
        "category__regex=.*",
        "title__iregex=.*",
        "id__in=1,2",
        "pk=1",
        "moderation=hidden",
        "seller__is_staff=true",
        "search_text__contains=x",
        "format=api",
    ],
)
def test_undeclared_filter_never_reaches_the_database(api, one_of_each, query):
    """G2: the very same SQL as without it."""
    for url in LISTS:
        assert sql_of(api, f"{url}?{query}") == sql_of(api, url)


@pytest.mark.parametrize(
    "ordering",
    [
        "seller__password",
        "-creator__email",
        "?",
        "id;drop",
        "title",
        "--price",
    ],
)
def test_ordering_is_an_allow_list(api, ordering):
    """G3: anything else is a 400."""
    for url in PLACES[:3]:
        answer = api.get(url, {"ordering": ordering})
        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == ["ordering"]


def test_ordering_orders(api):
    """G3: what is on the list does what it says."""
    for price in (20, 10, 30):
        ListingFactory(price=price, title=str(price))
    assert found(api, "ordering=price") == ["10", "20", "30"]
    assert found(api, "ordering=-price") == ["30", "20", "10"]


@pytest.mark.parametrize(
    "query",
    [
        "min_price=NaN",
        "min_price=-1",
        "min_price=1e400",
        "min_price=-1e99999999",
        "max_price=1e-99999",
        "max_price=Infinity",
        "owner=-1e99999999",
        "owner=0",
        "owner=9e99",
        "owner=1e-400",
    ],
)
def test_number_that_fits_no_column_is_a_400(api, query):
    """G4: none keeps the process or the database busy."""
    for url in PLACES[:3]:
        assert api.get(f"{url}?{query}").status_code == 400


@pytest.mark.parametrize("number", ["-1e99999999", "1e400", "NaN", "1e-400"])
def test_reviews_bound_their_numbers_too(api, number):
    """G4: the same for ids and stars."""
    for name in ReviewFilter.base_filters:
        assert api.get("/api/reviews", {name: number}).status_code == 400


def test_reversed_range_is_empty(api):
    """G4: nothing costs from 200 to 100."""
    ListingFactory(price=150)
    assert found(api, "min_price=200&max_price=100") == []
    assert len(found(api, "min_price=100&max_price=200")) == 1


# --- Words ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("tirit", "Tīrīt logus"),
        ("TĪRĪT", "Tīrīt logus"),
        ("tīrīt logus", "Tīrīt logus"),
        ("logus tirit", "Tīrīt logus"),
        ("елка", "Ёлка живая"),
        ("ЁЛКА", "Ёлка живая"),
        ("sakis", "Šaķis un ģitāra"),
        ("gitara", "Šaķis un ģitāra"),
        ("cafe", "Cafe\u0301 krēsls"),
        ("100%", "100% kokvilna"),
        ("a_b", "a_b"),
        ("back\\slash", "back\\slash"),
        ("riga", "place"),
        ("замок", "За\u0301мок дверной"),
        ("за\u0301мок", "Замок дверной"),
        ("lampa", "la\xadmpa"),
        ("la\u200dm\xadpa", "Lampa"),
        ("istanbul", "İstanbul"),
        ("İSTANBUL", "istanbul"),
        ("lodz", "Łódź"),
        ("oresund", "Øresund"),
        ("strasse", "Straße"),
        ("Straße", "STRASSE"),
        ("filma", "ﬁlma"),
        ("lampa", "ＬＡＭＰＡ"),
        ("m2", "20 m²"),
        ("m²", "20 m2"),
        ("5", "№5"),
        ("lego", "Lego™"),
    ],
)
def test_words_are_found_without_their_marks(api, words, title):
    """Accents and case are folded, ё is е."""
    ListingFactory(title=title, location="Rīga" if title == "place" else "")
    assert found(api, f"search={quote(words)}") == [title]


@pytest.mark.parametrize("typed", ["rīga", "ri\u0304ga", "strasse", "lodz", "Ł", "m2"])
def test_a_place_is_found_without_its_marks(api, typed):
    """X1: the filter by place folds as the search does."""
    ListingFactory(title="here", location="Ri\u0301\u0304ga, Straße 2, Łódź, 5 m²")
    ListingFactory(title="there", location="Ogre")
    assert found(api, f"location={quote(typed)}") == ["here"]


@pytest.mark.parametrize(
    "typed", ["ma\u0304ja", "MA\u0304JA", "mā\xadja", "mā\u200bja"]
)
def test_a_decomposed_category_is_found(api, typed):
    """X1: categories are composed, in rows and in filters."""
    ListingFactory(title="here", category="māja")
    UserFactory(helper=True, helper_categories="māja")
    assert found(api, f"category={quote(typed)}") == ["here"]
    assert len(rows(api.get(f"/api/helpers?category={quote(typed)}"))) == 1


def test_decomposed_tags_are_composed(api, alice):
    """X1: the same word is the same tag."""
    listing = {"title": "a", "description": "b", "category": "other", "price": 1}
    answer = api.as_(alice).post(
        "/api/listings", listing | {"tags": ["Ri\u0304\xadga"]}
    )
    assert answer.json()["listing"]["tags"] == "Rīga"


@pytest.mark.parametrize("sign", ["%", "_", "\\", "%%", "a%c", "a_c", "*", "'", '"'])
def test_wildcards_are_letters(api, sign):
    """G6: LIKE's signs mean themselves."""
    ListingFactory(title="abc", description="abc", location="abc", category="abc")
    for name in ("search", "location", "category"):
        assert found(api, f"{name}={quote(sign)}") == []


@pytest.mark.parametrize("sign", ["%", "_", ","])
def test_wildcards_are_letters_for_helpers_too(api, sign):
    """G6: also among the categories of a helper."""
    UserFactory(helper=True, helper_categories="cleaning,moving")
    assert rows(api.get(f"/api/helpers?category=clean{quote(sign)}ng")) == []
    assert len(rows(api.get("/api/helpers?category=cleaning"))) == 1


QUERIES = {
    "10 KB": ("x" * 10_240, 400),
    "1,000 terms": ("a%20" * 1000, 400),
    "NUL": ("a%00b", 400),
    "lone surrogate": ("%ED%A0%80", 200),
    "half a letter": ("%C4", 200),
    "100 one-letter words": ("a%20" * 99 + "a", 200),
    "blanks": ("%20%09%0A", 200),
    "signs": (quote("%_\\'\";--/*$1{}?"), 200),
    "a right-to-left mark": ("%E2%80%AE", 200),
    "an emoji": (quote("🚲"), 200),
    "combining marks": (quote("a" + "\u0301" * 199), 200),
}


@pytest.mark.parametrize("name", QUERIES)
def test_no_words_break_a_search(api, one_of_each, name):
    """G6: 200 or 400, never a 500."""
    words, status = QUERIES[name]
    for url in PLACES:
        assert api.get(f"{url}?search={words}").status_code == status


@pytest.mark.parametrize("name", ["category", "location", "status", "ordering"])
def test_nul_is_a_400_in_every_text(api, name):
    """G6: PostgreSQL takes none."""
    assert api.get(f"/api/listings?{name}=a%00b").status_code == 400


def test_nul_in_an_unfiltered_list_finds_nothing(api, alice):
    """G6: also where no filter looks at it."""
    assert rows(api.as_(alice).get("/api/listings/my?status=%00")) == []


def test_folding_twice_changes_nothing():
    text = "Tīrīt Ёлку, ŠAĶIS; Straße İstanbul ﬁ"
    assert normalize(normalize(text)) == normalize(text)


@pytest.mark.parametrize("spelling", ["pet-care", "pet_care", "Pet%20care"])
def test_category_is_found_in_each_spelling_that_inputs_take(api, spelling, db):
    TaskFactory(category="pet-care")
    assert api.get(f"/api/tasks?category={spelling}").json()["total"] == 1
