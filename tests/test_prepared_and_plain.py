"""With `PREPARED_QUERIES` on and off, every public read gives the same answer."""

import itertools
import random
import re
from collections import ChainMap
from urllib.parse import urlencode

import pytest
from django.core import signing
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from announcements.tests.factories import AnnouncementFactory
from audit.tests.factories import hide
from catalog import vocabulary
from core.api.pagination import Pages
from core.db.prepared import results_cache
from listings.models import Listing
from listings.services import VIEWS
from listings.tests.factories import ListingFactory
from offerings.models import Offering
from offerings.tests.factories import OfferingFactory
from reviews.tests.factories import ReviewFactory
from tasks.models import TaskRequest
from tasks.tests.factories import TaskFactory
from tests.routes import ROUTES

pytestmark = pytest.mark.django_db
READS = [
    route
    for route in ROUTES
    if route.method == "get" and route.action in route.viewset.public_actions
]
LISTS = [route for route in READS if route.action == "list"]
OTHERS = [route for route in READS if route.action != "list"]

POINTS = (
    *((56.9496, 24.1052), (56.9497, 24.1053), (56.95, 24.11), (56.97, 24.2)),
    *((57.4, 25.9), (56.5, 21.0), (0.0, 0.0), (10.0, 179.95), (10.0, -179.95)),
    *((89.95, 20.0), (89.9, -160.0), (-33.9, 151.2), (-89.99, 0.0), (56.9496, 24.1052)),
)
TITLES = ("Koka galds", "Galda lampa", "Lampa", "Sniega lāpsta")
RIGA, DATE_LINE, POLE = (56.95, 24.1), (10.0, 180.0), (90.0, 0.0)


# Of a request by itself; the limits count every request.
CHANGING = {"X-Request-ID", "RateLimit", "RateLimit-Policy"}


def around(point: tuple[float, float], km: float | None) -> dict:
    radius = {} if km is None else {"radius": km}
    return {"latitude": point[0], "longitude": point[1]} | radius


# Each axis of the grid; a list takes all parameters and ignores those it does not know.
TEXTS = [{"search": text} for text in ("galds", "galsd", "lapsta lampa", "x y", "%")]
PLACES = [
    *(around(RIGA, km) for km in (None, 0, 0.1, 2, 40, 60, 300, 7000, 20_100)),
    *(around(DATE_LINE, km) for km in (20, 300)),
    *(around(POLE, km) for km in (20, 300, 11_000)),
    {"latitude": 57, "longitude": "x"},
    {"latitude": 91, "longitude": 24},
]
FILTERS = [
    {"category": "sports"},
    {"category": "tutoring,snow-removal"},
    {"min_price": 3, "max_price": 8},
    {"status": "all"},
    {"status": "cancelled,sold,paused"},
    {"location": "riga"},
    {"has_images": "true"},
    {"rating_min": 3},
    {"owner": "none"},
]
ORDERS = [
    {"ordering": name} for name in ("created_at", "-price", "budget,-created_at", "no")
]
PAGES = [
    {"per_page": 2},
    {"per_page": 3, "page": 2},
    {"per_page": 2, "page": 4},  # beyond the rows of which the ids are not found first
    {"page": 99},
    {"page": "x", "per_page": 0},
    {"per_page": 3, "cursor": ""},
    {"cursor": "forged"},
]
CURSORS = [
    {"per_page": 3, "cursor": ""} | place
    for place in (around(RIGA, 40), around(RIGA, 20_100), around(DATE_LINE, 300))
]
AXES = (TEXTS, PLACES, FILTERS, ORDERS, PAGES)
MIXED_QUERIES = 20  # for each list, besides every value of an axis alone
MAP = "bbox=-180,-90,180,90&zoom=3"  # without which the map answers 400


def mixed_queries(rng: random.Random) -> list[dict]:
    """One value of each axis, or none."""
    choices = [[{}, *axis] for axis in AXES]
    picked = [[rng.choice(axis) for axis in choices] for _ in range(MIXED_QUERIES)]
    return [dict(ChainMap(*parts)) for parts in picked]


GRID = [{}, *itertools.chain(*AXES), *CURSORS, *mixed_queries(random.Random(8))]
SHORT_GRID = [{}, *FILTERS, *PAGES]


def urls_of(route, ids: dict) -> list[str]:
    """The grid for searches; other lists have no use for most of it."""
    is_search = hasattr(route.viewset.filterset_class, "place")
    grid = GRID if is_search else SHORT_GRID
    path = route.url(**ids)
    return [f"{path}?{urlencode(query)}&{MAP}" for query in grid]


@pytest.fixture(autouse=True)
def small_limits(monkeypatch):
    """Limits that a market of a dozen rows reaches, and cursors without the time."""
    monkeypatch.setattr(Pages, "max_count", 9)
    monkeypatch.setattr("core.db.results.DEEP_PAGE_OFFSET", 3)
    monkeypatch.setattr("search.ranking.MAX_RANKED_ROWS", 4)
    monkeypatch.setattr(signing.TimestampSigner, "timestamp", lambda self: "1")


@pytest.fixture
def ids(alice) -> dict:
    """The ids of a route's path: a market of each type, some of it hidden."""
    bob = UserFactory(suspended=True)
    for number, (latitude, longitude) in enumerate(POINTS):
        point = {"latitude": latitude, "longitude": longitude}
        text = {"title": TITLES[number % 4], "description": TITLES[number % 3]}
        owner = (alice, bob, None)[number % 3] or UserFactory()
        ListingFactory(seller=owner, price=number, **text, **point)
        TaskFactory(creator=owner, budget=number, **text, **point)
        OfferingFactory(creator=owner, price=number, **text, **point)
        person = UserFactory(is_helper=True, first_name=TITLES[number % 4], **point)
        ReviewFactory(reviewer=person, reviewed_user=alice, rating=1 + number % 5)
    hide(Listing.objects.filter(price=0))
    Listing.objects.filter(price=6).update(status="sold")
    TaskRequest.objects.filter(budget=3).update(status="cancelled")
    Offering.objects.filter(price=9).update(status="paused")
    vocabulary.rebuild()
    AnnouncementFactory(sent=True)
    done = TaskFactory(completed=True, creator=alice)
    review = ReviewFactory(task=done, reviewed_user=done.assigned_to, reviewer=alice)
    return {"user_id": alice.pk, "task_id": done.pk, "reviews": review.pk}


def read(client, url: str) -> tuple:
    """All of an answer but the id of its request. Counted views are rolled back."""
    cache.clear()
    VIEWS._shown.clear()  # or the process would go on from views that are rolled back
    with transaction.atomic():
        answer = client.get(url)
        transaction.set_rollback(True)
    headers = {k: v for k, v in answer.headers.items() if k not in CHANGING}
    return answer.status_code, headers, answer.content


def next_page(answer: tuple, url: str) -> list[str]:
    """The page that the cursor of the answer to a cursor's page leads to, if any."""
    cursor = answer[1].get("X-Next-Cursor")
    is_by_cursor = cursor and "cursor=" in url
    return [re.sub("cursor=[^&]*", f"cursor={cursor}", url)] if is_by_cursor else []


def both_ways(settings, requests: list[tuple]) -> tuple[dict, dict]:
    """The answers to (client, url) without prepared queries, and with them."""
    plain, prepared = {}, {}
    for settings.PREPARED_QUERIES, answers in ((False, plain), (True, prepared)):
        results_cache.clear()
        for client, url in requests:
            answers[client, url] = answer = read(client, url)
            for page in next_page(answer, url):
                answers[client, page] = read(client, page)
    return plain, prepared


@pytest.mark.parametrize("route", LISTS, ids=str)
def test_every_list_answers_alike(api, alice, ids, settings, route):
    settings.PUBLIC_POINT_GRID_M = 0
    urls, signed_in = urls_of(route, ids), api.as_(alice)
    # Where a status is asked for, people see rows of their own that nobody else does.
    hers = {*urls[::3], *(url for url in urls if "status=" in url)}
    requests = [*((api, url) for url in urls), *((signed_in, url) for url in hers)]
    plain, prepared = both_ways(settings, requests)
    assert prepared == plain
    assert {status for status, _headers, _body in plain.values()} <= {200, 400}
    full = [body for _status, _headers, body in plain.values() if b'"id"' in body]
    is_no_list = any(one in str(route) for one in ("categories", "terms"))
    assert len(full) > len(plain) / 3 or is_no_list


@pytest.mark.parametrize("route", OTHERS, ids=str)
def test_every_detail_answers_alike(api, alice, ids, settings, route):
    """Of a row that is there, hidden, another's, or not there."""
    model = getattr(route.viewset.queryset, "model", None)
    keys = [*model.objects.values_list("pk", flat=True), 10**17] if model else [1]
    urls = {route.url(**ids | {"pk": key, "key": "a.jpg"}) for key in keys[-18:]}
    readers = (api, api.as_(alice))
    plain, prepared = both_ways(settings, list(itertools.product(readers, urls)))
    assert prepared == plain


def test_off_means_that_nothing_is_kept_or_prepared(api, ids, settings, monkeypatch):
    settings.PREPARED_QUERIES = False
    monkeypatch.setattr("core.db.prepared.cache.PreparedQuery", None)
    monkeypatch.setattr(type(results_cache), "get", None)
    task = TaskRequest.objects.visible().filter(status="open").latest("pk")
    for url in ("/api/tasks", "/api/tasks?search=galds", f"/api/tasks/{task.pk}"):
        assert api.get(url).status_code == 200


def test_both_ways_cost_as_many_queries(api, ids, settings):
    url = "/api/listings?latitude=56.95&longitude=24.1&radius=300&per_page=2"
    costs = []
    for is_prepared in (False, True):
        settings.PREPARED_QUERIES = is_prepared
        with CaptureQueriesContext(connection) as queries:
            api.get(url)
        costs.append(len(queries))
    assert costs[0] == costs[1]
