"""The baseline: three answers of the product, made with as little code as possible.

It uses hand-written SQL through a psycopg pool, orjson and a plain WSGI function, which
is served as the product is.
"""

import hashlib
import hmac
import math
import os
from base64 import urlsafe_b64encode
from urllib.parse import parse_qs

import orjson
from django.conf import settings
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from marketplace.serving.threads import InThreads

PAGE, CAP = 20, 1000
EARTH_KM = 6371.0
FIRST_CIRCLE_KM = 0.3  # the second circle has a tenth of the radius
ENCODING = orjson.OPT_UTC_Z
KEY = b"a fixed key: nothing is protected by it"

FIELDS = """
    t.public_latitude AS latitude, t.public_longitude AS longitude, t.location,
    t.moderation, t.moderation_reason, t.id, t.creator_id,
    CASE WHEN c.first_name <> '' AND c.last_name <> ''
        THEN c.first_name || ' ' || c.last_name ELSE c.username END AS creator_name,
    c.seller_type, t.assigned_to_id,
    CASE WHEN w.first_name <> '' AND w.last_name <> ''
        THEN w.first_name || ' ' || w.last_name ELSE w.username END AS assigned_to_name,
    t.title, t.description, t.category, t.budget::float8 AS budget, t.currency,
    t.status, t.priority, t.is_urgent,
    t.deadline AT TIME ZONE 'Europe/Riga' AS deadline, t.radius, t.required_skills,
    t.images, t.attributes, t.applications_count,
    t.applications_count AS responses_count,
    t.created_at, t.updated_at, t.completed_at"""
TABLES = """
    tasks_taskrequest t
    JOIN accounts_user c ON c.id = t.creator_id
    LEFT JOIN accounts_user w ON w.id = t.assigned_to_id"""
VISIBLE = """
    t.moderation = 'visible' AND t.creator_id NOT IN
        (SELECT id FROM accounts_user WHERE NOT is_active)"""
OPEN = f"t.status = 'open' AND {VISIBLE}"
DISTANCE_KEY = """
    ((t.public_latitude - %(lat)s) * (t.public_latitude - %(lat)s)
    + (t.public_longitude - %(lng)s) * (t.public_longitude - %(lng)s)
    * (%(cosine)s - %(cosine_slope)s * (t.public_latitude - %(lat)s)) ^ 2)"""
WITHIN_RADIUS = f"""
    {OPEN} AND t.public_latitude BETWEEN %(south)s AND %(north)s
    AND t.public_longitude BETWEEN %(west)s AND %(east)s
    AND {DISTANCE_KEY} <= %(limit)s"""

COUNT = (
    "SELECT count(*) AS n FROM (SELECT 1 FROM tasks_taskrequest t WHERE {} LIMIT {}) s"
)
COUNT_NEWEST = COUNT.format(OPEN, CAP + 1)
COUNT_WITHIN_RADIUS = COUNT.format(WITHIN_RADIUS, CAP + 1)
NEWEST = f"""
    SELECT {FIELDS} FROM {TABLES} WHERE {OPEN}
    ORDER BY t.created_at DESC, t.id DESC LIMIT {PAGE + 1}"""
NEAREST = f"""
    SELECT {FIELDS}, near.distance_key FROM (
        SELECT t.id, {DISTANCE_KEY} AS distance_key
        FROM tasks_taskrequest t WHERE {WITHIN_RADIUS}
        ORDER BY distance_key, t.id DESC LIMIT {PAGE + 1}) near
    JOIN tasks_taskrequest t ON t.id = near.id
    JOIN accounts_user c ON c.id = t.creator_id
    LEFT JOIN accounts_user w ON w.id = t.assigned_to_id
    ORDER BY near.distance_key, t.id DESC"""
DETAIL = f"SELECT {FIELDS} FROM {TABLES} WHERE t.id = %s AND {VISIBLE}"

pool = ConnectionPool(
    os.environ["DATABASE_URL"],
    min_size=1,
    max_size=int(os.environ.get("DB_POOL_MAX", 8)),
    kwargs={
        "autocommit": True,
        "row_factory": dict_row,
        "options": "-c timezone=UTC -c lock_timeout=5000",
    },
    open=True,
)


def application(environ, start_response):
    """Answer `/api/tasks`, `/api/tasks/<id>` and `/ready`."""
    path = environ["PATH_INFO"]
    with pool.connection() as connection:
        answer = _answer(connection, path, environ["QUERY_STRING"])
    status = "404 Not Found" if answer is None else "200 OK"
    body = orjson.dumps(answer, option=ENCODING)
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
    ]
    start_response(status, headers)
    return [body]


def _answer(connection, path: str, query: str) -> dict | None:
    if path == "/ready":
        return {"status": "ok"}
    if path != "/api/tasks":
        row = connection.execute(DETAIL, [int(path.rpartition("/")[2])]).fetchone()
        return row and row | {"label": None, "actions": [], "trader": None}
    query_params = parse_qs(query)
    if "latitude" in query_params:
        names = ("latitude", "longitude", "radius")
        return _nearest(connection, *(float(query_params[name][0]) for name in names))
    counted = connection.execute(COUNT_NEWEST).fetchone()["n"]
    rows = connection.execute(NEWEST).fetchall()
    cursor = [rows[:PAGE][-1]["created_at"], rows[:PAGE][-1]["id"]] if rows else []
    return _page(rows, counted, cursor)


def _nearest(connection, lat: float, lng: float, km: float) -> dict:
    circle = _circle(lat, lng, km)
    counted = connection.execute(COUNT_WITHIN_RADIUS, circle).fetchone()["n"]
    radii = (
        [radius for radius in (FIRST_CIRCLE_KM, km / 10) if radius < km]
        if counted > CAP
        else []
    )
    for radius in (*radii, km):
        rows = connection.execute(NEAREST, _circle(lat, lng, radius)).fetchall()
        if len(rows) > PAGE:
            break
    cursor = [rows[:PAGE][-1]["distance_key"], rows[:PAGE][-1]["id"]] if rows else []
    for row in rows:
        del row["distance_key"]
        there = (row["latitude"], row["longitude"])
        row["distance"] = _distance(lat, lng, *there)
    return _page(rows, counted, cursor)


def _circle(lat: float, lng: float, km: float) -> dict:
    angle = km / EARTH_KM
    rise = math.degrees(angle)
    run = math.degrees(math.asin(math.sin(angle) / math.cos(math.radians(lat))))
    return {
        "lat": lat,
        "lng": lng,
        "south": lat - rise,
        "north": lat + rise,
        "west": lng - run,
        "east": lng + run,
        "cosine": math.cos(math.radians(lat)),
        "cosine_slope": math.sin(math.radians(lat)) * math.pi / 360,
        "limit": rise**2,
    }


def _distance(lat1: float, lng1: float, lat2: float, lng2: float) -> float:
    rise = math.sin(math.radians(lat2 - lat1) / 2) ** 2
    run = math.sin(math.radians(lng2 - lng1) / 2) ** 2
    shrink = math.cos(math.radians(lat1)) * math.cos(math.radians(lat2))
    return round(2 * EARTH_KM * math.asin(math.sqrt(rise + shrink * run)), 2)


def _page(rows: list[dict], counted: int, cursor: list) -> dict:
    has_more = len(rows) > PAGE
    rows = rows[:PAGE]
    for row in rows:
        row["actions"] = []
    total = min(counted, CAP)
    return {
        "tasks": rows,
        "total": total,
        "total_is_capped": counted > CAP,
        "page": 1,
        "current_page": 1,
        "per_page": PAGE,
        "pages": -(-total // PAGE),
        "has_more": has_more,
        "next_cursor": _signed(cursor) if has_more else None,
    }


def _signed(cursor: list) -> str:
    text = urlsafe_b64encode(orjson.dumps(cursor))
    seal = hmac.new(KEY, text, hashlib.sha256).digest()
    return f"{text.decode()}:{urlsafe_b64encode(seal).decode()}"


http = InThreads(application, threads=settings.WEB_THREADS, lanes={})
