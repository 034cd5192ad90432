"""PostgreSQL answers the hot queries from their indexes, at sixty thousand rows."""

import re

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import tokens
from accounts.models import User
from conftest import Api

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="the plans are PostgreSQL's"
    ),
]
PEOPLE, ROWS, SUSPENDED = 5_000, 60_000, 2_000
POINT = "latitude=56.95&longitude=24.1"
BIG = {
    "listings_listing",
    "tasks_taskrequest",
    "favorites_favorite",
    "reviews_review",
    "accounts_user",
}
PEOPLE_SQL = f"""
INSERT INTO accounts_user (password, is_superuser, created_at, updated_at, username,
    email, phone, first_name, last_name, bio, city, country, avatar_url,
    profile_picture_url, user_type, is_helper, skills, helper_categories, is_verified,
    phone_verified, average_rating, reviews_count, tasks_completed, tasks_failed,
    is_active, suspended_reason, is_staff, is_demo, search_text, latitude, longitude,
    public_latitude, public_longitude)
SELECT '', n = 1, now(), now(), 'person' || n, 'person' || n || '@example.com', '', '',
    '', '', '', '', '', '', 'both', true, '', '', false, false, 0, 0, 0, 0,
    n <= {PEOPLE} - {SUSPENDED}, '', n = 1, false, 'person' || n,
    54 + (n * 7919 % 5000) / 1000.0, 20 + (n * 104729 % 9000) / 1000.0,
    54 + (n * 7919 % 5000) / 1000.0, 20 + (n * 104729 % 9000) / 1000.0
FROM generate_series(1, {PEOPLE}) n"""
ITEM = """
INSERT INTO {table} (created_at, updated_at, {owner}, title, description, category,
    {price}, currency, images, status, search_text, latitude, longitude,
    public_latitude, public_longitude, location, address, moderation,
    moderation_reason, {more})
SELECT now() - n * interval '1 minute', now(),
    (SELECT min(id) FROM accounts_user) + n * 31 % {people}, 'Thing', '',
    'category-' || n % 20, n % 500, 'EUR', '',
    (ARRAY['{first}', '{second}'])[(1 + n % 2)::int], 'thing word' || n % 1000,
    54 + (n * 7919 % 50000) / 10000.0, 20 + (n * 104729 % 90000) / 10000.0,
    54 + (n * 7919 % 50000) / 10000.0, 20 + (n * 104729 % 90000) / 10000.0, '', '',
    'visible', '', {values}
FROM generate_series(1::bigint, {rows}) n"""
FAVORITES_SQL = """
INSERT INTO favorites_favorite (user_id, listing_id, created_at)
SELECT owner.id, item.id, now()
FROM (SELECT id, row_number() OVER () AS n FROM listings_listing) item
JOIN (SELECT id, row_number() OVER () AS n FROM accounts_user) owner
ON owner.n = 1 + item.n % 500"""


def insert(sql: str, **words) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(**words, people=PEOPLE, rows=ROWS) if words else sql)


@pytest.fixture(scope="module")
def market(django_db_setup, django_db_blocker):
    """A market of cheap rows, gone with the transaction that holds it."""
    with django_db_blocker.unblock(), transaction.atomic():
        insert(PEOPLE_SQL)
        insert(
            ITEM,
            table="listings_listing",
            owner="seller_id",
            price="price",
            first="active",
            second="sold",
            more="subcategory, is_negotiable, condition, listing_type, "
            "contact_info, tags, is_featured, views_count, expires_at",
            values="'', false, '', 'sale', '', '', false, 0, now()",
        )
        insert(
            ITEM,
            table="tasks_taskrequest",
            owner="creator_id",
            price="budget",
            first="open",
            second="cancelled",
            more="priority, is_urgent, required_skills, radius, "
            "applications_count, dispute_reason",
            values="'normal', false, '', 25, 0, ''",
        )
        insert(FAVORITES_SQL)
        insert("ANALYZE")
        person = User.objects.order_by("pk").first()
        token = tokens.open_session(person)["token"]
        yield {"person": person, "token": token}
        transaction.set_rollback(True)


def plans(url: str, token: str | None = None) -> str:
    """The plans of all that a GET asks of the big tables."""
    client = Api()
    if token:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url)
    assert answer.status_code == 200, answer.content
    return "\n".join(plan(query["sql"]) for query in queries if is_big(query["sql"]))


def is_big(sql: str) -> bool:
    return sql.startswith("SELECT") and any(f'"{table}"' in sql for table in BIG)


def plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())


def scanned(text: str) -> set[str]:
    return set(re.findall(r"Seq Scan on (\w+)", text)) & BIG


@pytest.mark.parametrize(
    ("url", "index"),
    [
        ("/api/listings?ordering=price", "listing_price"),
        ("/api/listings?min_price=7&max_price=7.5", "listing_price"),
        ("/api/listings?search=word777", "listing_words"),
        (f"/api/tasks?{POINT}&radius=2", "task_place"),
        (f"/api/tasks?{POINT}&radius=50", "task_place"),
        (f"/api/tasks?{POINT}&radius=50&category=category-4", "task_category_place"),
        (f"/api/helpers?{POINT}&radius=10", "user_helper_place"),
    ],
)
def test_list_comes_from_its_index(market, url, index):
    found = plans(url)
    assert index in found, found
    assert scanned(found) == set(), found


@pytest.mark.parametrize("url", ["/api/favorites", "/api/favorites/count"])
def test_favorites_cost_what_one_person_has(market, url):
    found = plans(url, market["token"])
    assert "listings_listing_pkey" in found, found
    assert scanned(found) == set(), found


def test_suspended_people_are_read_once_from_their_index(market):
    found = plans("/api/listings?page=2")
    assert "hashed SubPlan" in found
    assert "user_suspended" in found


@pytest.mark.parametrize(("admin", "index"), [("accounts/user", "user_words")])
def test_staff_search_by_words(market, admin, index):
    client = Client()
    client.force_login(market["person"])
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/admin/{admin}/?q=word77").status_code == 200
    searches = [q["sql"] for q in queries if "to_tsquery" in q["sql"]]
    assert searches
    assert all(index in plan(sql) for sql in searches)
