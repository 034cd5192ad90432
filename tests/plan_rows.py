"""Rows by the ten thousand, inserted by SQL, for the tests of plans."""

from django.db import connection

from categories import tree
from categories.tests.factories import CategoryFactory, CategoryFieldFactory

PEOPLE, ROWS, SUSPENDED = 10_000, 40_000, 500
PEOPLE_SQL = f"""
INSERT INTO accounts_user (password, is_superuser, created_at, updated_at, username,
    email, phone, first_name, last_name, bio, city, country, avatar_url,
    profile_picture_url, user_type, is_helper, skills, helper_categories, is_verified,
    phone_verified, average_rating, reviews_count, tasks_completed, tasks_failed,
    is_active, suspended_reason, is_staff, is_demo, search_text, latitude, longitude,
    public_latitude, public_longitude)
SELECT '', n = 1, now(), now(), 'person' || n, 'person' || n || '@example.com', '', '',
    '', '', '', '', '', '', 'both', true, '',
    'slug-' || n % 50, false, false, 0, 0, 0, 0,
    true, '', n = 1, false, 'person' || n,
    54 + (n * 7919 % 5000) / 1000.0, 20 + (n * 104729 % 9000) / 1000.0,
    54 + (n * 7919 % 5000) / 1000.0, 20 + (n * 104729 % 9000) / 1000.0
FROM generate_series(1, {PEOPLE}) n"""
SUSPENDED_SQL = f"""
WITH one AS (
    INSERT INTO audit_decision (number, target_type, target_id, target_label, person_id,
        outcome, ground, basis, category, facts, note, source, detected_automatically,
        decided_automatically, created_at)
    SELECT 'D-' || id, 'accounts.user', id, '', id, 'ban', 'terms', '', '', 'Spam.', '',
        'own_initiative', false, true, now()
    FROM accounts_user ORDER BY id DESC LIMIT {SUSPENDED}
    RETURNING id, person_id)
UPDATE accounts_user SET is_active = false, suspension_id = one.id
FROM one WHERE accounts_user.id = one.person_id"""
ITEM = """
INSERT INTO {table} (created_at, updated_at, {owner}, title, description, category,
    {price}, currency, images, status, search_text, latitude, longitude,
    public_latitude, public_longitude, location, address, moderation,
    moderation_reason, {more})
SELECT now() - n * interval '1 minute', now() - n * interval '1 minute',
    (SELECT min(id) FROM accounts_user) + n * 31 % {people}, 'Thing', '',
    'category-' || n % 50, n % 500, 'EUR', '',
    (ARRAY['{first}', '{second}'])[(1 + n % 2)::int],
    'thing word' || n % 1000 || ' town' || n % 500,
    54 + (n * 7919 % 50000) / 10000.0, 20 + (n * 104729 % 90000) / 10000.0,
    54 + (n * 7919 % 50000) / 10000.0, 20 + (n * 104729 % 90000) / 10000.0,
    'Town' || n % 500, '', 'visible', '', {values}
FROM generate_series(1::bigint, {rows}) n"""
FAVORITES_SQL = """
INSERT INTO favorites_favorite (user_id, listing_id, created_at)
SELECT owner.id, item.id, now()
FROM (SELECT id, row_number() OVER () AS n FROM listings_listing) item
JOIN (SELECT id, row_number() OVER () AS n FROM accounts_user) owner
ON owner.n = 1 + item.n % 500"""


APPLICATIONS_SQL = """
INSERT INTO tasks_taskapplication (task_id, applicant_id, message, status, created_at,
    updated_at)
SELECT item.id, owner.id, '', 'pending', now(), now()
FROM (SELECT id, row_number() OVER () AS n FROM tasks_taskrequest) item
JOIN (SELECT id, row_number() OVER () AS n FROM accounts_user) owner
ON owner.n = 1 + item.n % {people}"""
REVIEWS_SQL = """
INSERT INTO reviews_review (created_at, updated_at, moderation, moderation_reason,
    reviewer_id, reviewed_user_id, task_id, rating, content, review_type)
SELECT now(), now(), 'visible', '', applicant_id, creator_id, task.id, 5,
    'Word' || task.id % 1000, ''
FROM tasks_taskrequest task JOIN tasks_taskapplication USING (id)
WHERE applicant_id <> creator_id"""
CONVERSATIONS_SQL = """
INSERT INTO messaging_conversation (created_at, updated_at, participant_1_id,
    participant_2_id, last_seq, read_seq_1, read_seq_2)
SELECT now(), now(), one.id, one.id + step, 3, 0, 0
FROM accounts_user one, generate_series(1, 10) step
WHERE one.id + step <= (SELECT max(id) FROM accounts_user)"""
MESSAGES_SQL = """
INSERT INTO messaging_message (conversation_id, seq, sender_id, content, created_at)
SELECT id, seq, participant_1_id, '', now()
FROM messaging_conversation, generate_series(1, 2) seq"""

SEARCHES_SQL = """
INSERT INTO alerts_savedsearch (user_id, item_type, name, query, digest, frequency,
    created_at, query_changed_at, watermark, next_at)
SELECT id, 'listings', '', '{{"min_price": "7"}}', 'x', 'daily', now(), now(), now(),
    now() + interval '1 day' + id * interval '1 second'
FROM accounts_user"""
INDEXED_SQL = """
INSERT INTO alerts_indexedsearch (search_id, digest, item_type, category, is_planar,
    bounding_box, latitude, longitude, south, north, west, east, cosine, cosine_slope,
    max_distance_key)
SELECT id, 'x', 'listings', 'category-' || id % 50, id % 2 = 0,
    CASE id % 2 WHEN 0 THEN 'plain' ELSE '' END, 56, 24, 55.9, 56.1, 23.9, 24.1, 0.5, 0,
    0.01
FROM alerts_savedsearch"""
ALERTED_SQL = """
INSERT INTO alerts_alerted (search_id, item_id)
SELECT id, item FROM alerts_savedsearch, generate_series(1, 10) item"""
WORDS_SQL = """
INSERT INTO search_word SELECT DISTINCT ON (word) word, n FROM
generate_series(1, 200000) n, translate(md5(n::text), '0123456789', 'ghijklmnop') word
"""

MERGE_PENDING_SQL = """
SELECT gin_clean_pending_list(indexrelid) FROM pg_index
JOIN pg_class indexes ON indexes.oid = indexrelid
JOIN pg_am ON pg_am.oid = relam AND amname = 'gin'"""


# Of one category, whose newest rows are those of the least mileage.
ATTRIBUTES = """
CASE WHEN n % 50 = 4
THEN jsonb_build_object('mileage', n, 'fuel', 'diesel')
ELSE '{}' END"""


def create_fields() -> None:
    """Create the typed fields of that category."""
    category = CategoryFactory(slug="category-4")
    CategoryFieldFactory(category=category, name="mileage")
    options = [{"value": "diesel", "en": "Diesel", "lv": "Dīzelis", "ru": "Дизель"}]
    CategoryFieldFactory(category=category, name="fuel", type="choice", options=options)
    tree.forget()


def insert(sql: str, **words) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(**words, people=PEOPLE, rows=ROWS))


def fill() -> None:
    """Insert the rows of a market, without checks of foreign keys, and analyse them.

    Needs a transaction on PostgreSQL, which the caller rolls back.
    """
    insert(
        "SET LOCAL session_replication_role = replica"
    )  # skip the checks of foreign keys
    insert(PEOPLE_SQL)
    insert(SUSPENDED_SQL)
    insert(
        ITEM,
        table="listings_listing",
        owner="seller_id",
        price="price",
        first="active",
        second="sold",
        more="subcategory, is_negotiable, condition, listing_type, "
        "contact_info, tags, is_featured, views_count, expires_at, attributes",
        values=f"'', false, '', 'sale', '', '', false, 0, now(), {ATTRIBUTES}",
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
    insert(
        ITEM,
        table="offerings_offering",
        owner="creator_id",
        price="price",
        first="active",
        second="paused",
        more="price_type, availability, experience, service_radius, contact_count",
        values="'hourly', '', '', 25, 0",
    )
    insert(APPLICATIONS_SQL)
    insert(REVIEWS_SQL)
    insert(FAVORITES_SQL)
    insert(CONVERSATIONS_SQL)
    insert(MESSAGES_SQL)
    insert(SEARCHES_SQL)
    insert(INDEXED_SQL)
    insert(ALERTED_SQL)
    insert(WORDS_SQL)
    create_fields()
    insert(MERGE_PENDING_SQL)
    insert("ANALYZE")
