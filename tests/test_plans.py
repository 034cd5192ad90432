"""PostgreSQL uses the indexes for the frequent queries, at 40,000 rows."""

import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import tokens
from accounts.models import User
from alerts import index as alert_index
from alerts import matching
from alerts.models import SavedSearch
from catalog.item_types import ITEM_TYPES
from catalog.jobs import count_map_cells
from conftest import Api
from figures.counting import figures_of, market_today
from figures.registry import all_figures
from listings.models import Listing
from messaging.models import Conversation
from offerings.models import Offering
from search.models import Word
from tests.plan_rows import fill

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]
POINT = "latitude=56.95&longitude=24.1"
BIG = {
    "catalog_mapcell",
    "listings_listing",
    "tasks_taskrequest",
    "offerings_offering",
    "tasks_taskapplication",
    "favorites_favorite",
    "reviews_review",
    "messaging_conversation",
    "messaging_message",
    "accounts_user",
    "search_word",
    "alerts_savedsearch",
    "alerts_alerted",
    "alerts_indexedsearch",
}


@pytest.fixture(scope="module")
def market(django_db_setup, django_db_blocker):
    """40,000 generated rows per item type, rolled back at the end of the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        fill()
        person = User.objects.order_by("pk").first()
        token = tokens.open_session(person)["token"]
        names = {
            "me": person.pk,
            "listing": Listing.objects.filter(status="active").first().pk,
            "task": person.created_tasks.filter(status="open").first().pk,
            "offering": Offering.objects.filter(status="active").first().pk,
            "conversation": Conversation.objects.visible_to(person).first().pk,
        }
        yield {"person": person, "token": token, "names": names}
        transaction.set_rollback(True)


def plans(url: str, token: str | None = None, *, counts: bool = True) -> str:
    """Return the plans of the queries of a GET on the big tables.

    Without a selective filter, a capped count reads only a few pages of the table:
    `counts=False` leaves such counts out.
    """
    client = Api()
    if token:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    with (
        unprepared(connection.connection),
        CaptureQueriesContext(connection) as queries,
    ):
        answer = client.get(url)
    assert answer.status_code == 200, answer.content
    statements = [query["sql"] for query in queries if is_big(query["sql"])]
    statements = [
        sql for sql in statements if counts or not sql.startswith("SELECT COUNT")
    ]
    return "\n".join(map(plan, statements))


@contextmanager
def unprepared(driver):
    """Let the driver prepare nothing: the text of what it has is not recorded."""
    driver.prepare_threshold, before = None, driver.prepare_threshold
    try:
        yield
    finally:
        driver.prepare_threshold = before


def is_big(sql: str) -> bool:
    return sql.startswith(("SELECT", "WITH")) and any(
        f'"{table}"' in sql for table in BIG
    )


def plan(sql: str) -> str:
    """Return the plan of a query; for any values of its parameters."""
    sql = re.sub(r"^DECLARE .*? FOR SELECT", "SELECT", sql)  # of a cursor
    count = len(set(re.findall(r"\$\d+", sql)))
    nulls = f"({', '.join(['NULL'] * count)})" if count else ""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE planned AS {sql}")
        cursor.execute(f"EXPLAIN EXECUTE planned{nulls}")
        rows = cursor.fetchall()
        cursor.execute("DEALLOCATE planned; SET LOCAL plan_cache_mode = auto")
    return "\n".join(row[0] for row in rows)


def sequentially_scanned(text: str) -> set[str]:
    return set(re.findall(r"Seq Scan on (\w+)", text)) & BIG


NEWEST = "(newest|recent)"
LISTS = {  # query of a list: the suffix of the name of its index
    "": NEWEST,
    "page=50": NEWEST,
    "category=category-4": "category",
    "category=category-4&page=50": r"category\w*",
    "min_price=7&max_price=7.5": "(price|dearest)",  # the range alone is read
    "category=category-4&min_price=7&max_price=7.5": "category_(price|dearest)",
    "search=word777": "live_words",
    "search=word777&page=50": "live_words",
    "location=town77": "live_words",
    "owner={me}": "OWNER",
    "status=active,open": NEWEST,
    f"{POINT}&radius=2": "place",
    f"{POINT}&radius=50": "place",
    f"{POINT}&radius=50&page=50": "place",
    f"{POINT}&radius=50&min_price=7&max_price=50": "place",
    f"{POINT}&radius=50&category=category-4": "category_place",
    f"{POINT}&radius=300&category=category-4": "category_place",
}
OWNERS = {"listing": "seller", "task": "creator", "offering": "creator"}


@pytest.mark.parametrize("item_type", OWNERS)
@pytest.mark.parametrize("query", LISTS)
def test_list_comes_from_its_index(market, item_type, query):
    """Page 50 may read the whole table of people for its join."""
    index = f"{item_type}_{LISTS[query]}".replace("OWNER", OWNERS[item_type])
    url = f"/api/{item_type}s?{query}".format(**market["names"])
    found = plans(url, counts=LISTS[query] != NEWEST)
    assert re.search(rf"\b{index}\b", found), found
    assert sequentially_scanned(found) <= {"accounts_user"}, found


@pytest.mark.parametrize(
    ("url", "index"),
    [
        ("/api/listings?ordering=price", "listing_price"),
        ("/api/listings?ordering=price&category=category-4", "listing_category_price"),
        ("/api/tasks?ordering=budget&category=category-4", "task_category_price"),
        ("/api/tasks?ordering=-budget&category=category-4", "task_category_dearest"),
        ("/api/offerings?ordering=-price&category=slug", "offering_category_dearest"),
        (f"/api/helpers?{POINT}&radius=10", "user_helper_place"),
        ("/api/helpers?category=slug-7", "user_helper_categories"),
        ("/api/helpers", "user_best_helpers"),
        ("/api/listings/{listing}", "listings_listing_pkey"),
        ("/api/tasks/{task}", "tasks_taskrequest_pkey"),
        ("/api/offerings/{offering}", "offerings_offering_pkey"),
        ("/api/auth/users/{me}", "accounts_user_pkey"),
        ("/api/auth/users/{me}/reviews", "review_person"),
        ("/api/reviews?reviewer_id={me}", "review_author"),
        ("/api/reviews", "review_newest"),
        ("/api/map?bbox=24,56.9,24.05,56.95&zoom=11&kinds=tasks", "task_place"),
    ],
)
def test_public_page_comes_from_its_index(market, url, index):
    found = plans(url.format(**market["names"]), counts="?" in url)
    assert re.search(rf"\b{index}\b", found), found
    assert sequentially_scanned(found) == set(), found


@pytest.mark.parametrize(
    ("order", "index"), [("deadline", "task_soonest"), ("-deadline", "task_latest")]
)
def test_tasks_by_deadline_come_from_their_index(market, order, index):
    found = plans(f"/api/tasks?ordering={order}", counts=False)
    assert re.search(rf"\b{index}\b", found), found
    assert sequentially_scanned(found) == set(), found


def test_the_most_viewed_are_sorted_among_the_newest(market, monkeypatch):
    monkeypatch.setattr("items.filters.MAX_SORTED", 100)
    found = plans("/api/listings?ordering=-views_count", counts=False)
    assert re.search(r"\blisting_(newest|recent|day)\b", found), found
    assert sequentially_scanned(found) <= {"accounts_user"}, found


FILTERS = {  # query of a list of one category: its index
    "attr.mileage_max=900": "listing_attribute_texts",
    "attr.mileage_min=100&attr.mileage_max=900&attr.fuel=diesel": (
        "listing_attribute_texts"
    ),
    "attr.fuel=diesel&page=3": "listing_with_attributes",
    "attr.mileage_min=5&page=3": "listing_with_attributes",
}


@pytest.mark.parametrize("query", FILTERS)
def test_values_of_typed_fields_come_from_their_index(market, query):
    found = plans(f"/api/listings?category=category-4&{query}")
    assert re.search(rf"\b{FILTERS[query]}\b", found), found
    assert sequentially_scanned(found) <= {"accounts_user"}, found


def test_facets_come_from_the_newest_rows_with_values(market):
    found = plans("/api/categories/listings/category-4/facets?attr.fuel=diesel")
    assert "listing_with_attributes" in found, found
    assert sequentially_scanned(found) == set(), found


def test_a_wide_map_reads_stored_cells_by_their_index(market):
    count_map_cells()
    found = plans("/api/map?bbox=20,54,29,59&zoom=8")
    assert "using one_map_cell" in found, found
    assert "Aggregate" not in found, found


def test_the_figures_of_a_day_read_the_rows_of_the_day(market):
    day = market_today() - timedelta(days=10)
    with CaptureQueriesContext(connection) as queries:
        figures_of([(figure, day) for figure in all_figures().values()], day)
    [query] = queries
    found = plan(query["sql"])
    for index in ("listing_day", "task_day", "offering_day"):
        assert re.search(rf"\b{index}\b", found), found
    assert sequentially_scanned(found) == set(), found


@pytest.mark.parametrize(
    ("url", "index"),
    [
        ("/api/favorites", "listings_listing_pkey"),
        ("/api/favorites/count", "listings_listing_pkey"),
        ("/api/favorites", "favorite_newest"),
        ("/api/favorites/check?items=listing:{listing}", r"favorite\w*listing\w*"),
        ("/api/listings/my", "listing_seller"),
        ("/api/tasks/created", "task_creator"),
        ("/api/tasks/my", "task_worker"),
        ("/api/tasks/my-applications", "application_person"),
        ("/api/tasks/{task}/applications", "application_task"),
        ("/api/messages/conversations", "one_conversation_per_pair"),
        (
            "/api/messages/conversations/{conversation}/messages",
            "message_numbered_once",
        ),
        ("/api/messages/unread-count", "message_numbered_once"),
    ],
)
def test_own_page_costs_what_one_person_has(market, url, index):
    found = plans(url.format(**market["names"]), market["token"])
    assert re.search(rf"\b{index}\b", found), found
    assert sequentially_scanned(found) == set(), found


def test_suspended_people_are_read_once_from_their_index(market):
    found = plans("/api/listings?page=2")
    assert "hashed SubPlan" in found
    assert "user_suspended" in found


@pytest.mark.parametrize(
    ("page", "index"),
    [
        ("accounts/user/?q=word77", "user_words"),
        ("accounts/user/?is_staff__exact=1", "user_staff"),
        ("listings/listing/", "listings_listing_pkey"),
        ("listings/listing/?q=word777", "listing_words"),
        ("listings/listing/?moderation__exact=hidden", "listing_moderated"),
        ("listings/listing/?is_featured__exact=1", "listing_featured"),
        ("tasks/taskrequest/?q=word777", "task_words"),
        ("tasks/taskapplication/?q=word777", "application_task"),
        ("offerings/offering/?q=word777", "offering_words"),
        ("reviews/review/?q=word777", "review_words"),
        ("favorites/favorite/?q=person499", "favorite_newest"),
        ("messaging/conversation/?q=person77", "one_conversation_per_pair"),
    ],
)
def test_staff_find_rows_by_an_index(market, page, index):
    cache.set("values:reviews.review.rating", [5])  # read once in ten minutes
    client = Client()
    client.force_login(market["person"])
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/admin/{page}").status_code == 200
    statements = [q["sql"] for q in queries if is_big(q["sql"])]
    found = "\n".join(map(plan, statements))
    assert re.search(rf"\b{index}\b", found), found
    bounded = [s for s in statements if "WHERE" in s]  # others stop at their limit
    assert sequentially_scanned("\n".join(map(plan, bounded))) <= {"accounts_user"}, (
        found
    )


@pytest.mark.parametrize("word", ["qwert", "qwertzuiop"])
def test_a_word_is_looked_up_in_its_index(market, word):
    """Whether it is known or not, among two hundred thousand."""
    Word.objects.get_or_create(word="qwertz", uses=1)
    found = plans(f"/api/listings?search={word}")
    assert "search_word_word_" in found, found
    assert sequentially_scanned(found) == set(), found


def test_a_rare_word_is_not_looked_for_in_the_order_of_prices(market):
    """Its rows are read from the text index and sorted: they are one in a hundred."""
    found = plans("/api/listings?search=word77&ordering=price")
    assert "listing_live_words" in found, found
    assert "listing_price" not in found, found


def search_of(market, kind: str, query: dict) -> SavedSearch:
    """A search of somebody's, last asked some ten minutes ago."""
    past = timezone.now() - timedelta(minutes=10)
    times = {"query_changed_at": past, "watermark": past, "next_at": past}
    data = {"name": "x", "query": query, "digest": f"{kind}{query}"}
    return SavedSearch(user=market["person"], item_type=kind, **data, **times)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"category": "category-4"},
        {"min_price": "7", "max_price": "7.5"},
        {"search": "word777"},
        {"location": "town77"},
        {"latitude": "56.95", "longitude": "24.1", "radius": "50"},
    ],
)
@pytest.mark.parametrize("kind", ["listings", "tasks", "offerings"])
def test_an_alert_looks_at_what_has_changed_alone(market, kind, query):
    search = search_of(market, kind, query)
    with CaptureQueriesContext(connection) as queries:
        matching.new_items(search, at=timezone.now())
    found = "\n".join(plan(q["sql"]) for q in queries if is_big(q["sql"]))
    assert re.search(rf"\b{kind[:-1]}_changed\b", found), found
    assert "alerted_once_per_item" in found, found
    assert sequentially_scanned(found) == set(), found


def test_items_are_compared_with_the_index_of_their_category(market):
    item = Listing.objects.filter(category="category-4").first()
    row = ITEM_TYPES["listings"]
    with CaptureQueriesContext(connection) as queries:
        alert_index.candidates_of(row, {item.pk: item.category}, at=timezone.now())
    found = "\n".join(plan(q["sql"]) for q in queries if "jsonb_agg" in q["sql"])
    assert found.count("indexed_search_of_item") >= 2, found  # in a circle, and without
    assert "alerts_indexedsearch" not in sequentially_scanned(found), found


def test_searches_are_claimed_from_the_index_of_turns(market):
    search_of(market, "listings", {}).save()
    with CaptureQueriesContext(connection) as queries:
        assert matching.claim(at=timezone.now())[0] == 1
    found = "\n".join(plan(q["sql"]) for q in queries if is_big(q["sql"]))
    assert "saved_search_to_run" in found, found
    assert sequentially_scanned(found) == set(), found
