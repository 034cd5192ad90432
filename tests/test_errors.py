"""One shape for every error, without details that help an attacker."""

import gzip

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from redis.exceptions import ConnectionError as RedisConnectionError
from rest_framework.test import APIClient

from accounts.serializers import ProfileInput
from accounts.tests.factories import PASSWORD
from accounts.views import UserViewSet
from listings.querysets import ListingQuerySet
from listings.tests.factories import ListingFactory

pytestmark = pytest.mark.django_db
LISTING = {"title": "a", "description": "b", "category": "other", "price": 1}


@pytest.fixture
def outsider():
    """A client that shows a 500 as the outside sees it."""
    return APIClient(raise_request_exception=False)


def in_shape(answer, status: int, code: str) -> bool:
    data = answer.json()
    names = {"error", "code", "fields"} | ({"request_id"} if status == 500 else set())
    assert answer["Content-Type"].startswith("application/json")
    assert data["error"]
    return (answer.status_code, data["code"], set(data)) == (status, code, names)


def raw(api, body: bytes, content_type="application/json", **headers):
    return api.post("/api/listings", body, content_type=content_type, **headers)


@pytest.mark.parametrize(
    "url", ["/api", "/api/", "/api/nothing", "/api/listings/", "/api/listings/x", "/x"]
)
def test_unknown_route(api, url):
    assert in_shape(api.get(url), 404, "not_found")


@pytest.mark.parametrize("pk", ["0", "9" * 18, "9" * 19, "-1", "1.0", "٣", "%00"])
def test_id_that_nothing_has(api, pk):
    for noun in ("listings", "tasks", "offerings", "reviews", "auth/users"):
        assert in_shape(api.get(f"/api/{noun}/{pk}"), 404, "not_found")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*;q=x", "*"])
def test_json_whatever_is_accepted(api, accept):
    assert in_shape(
        api.get("/api/tasks/my", HTTP_ACCEPT=accept), 401, "not_authenticated"
    )


def test_wrong_method(api, alice):
    assert in_shape(api.as_(alice).delete("/api/listings"), 405, "method_not_allowed")


@pytest.mark.parametrize("kind", ["text/plain", "text/xml", "", "multipart/form-data"])
def test_wrong_content_type(api, alice, kind):
    """P6: 415 for what is no JSON."""
    answer = api.as_(alice).generic("POST", "/api/listings", b"x", content_type=kind)
    assert in_shape(answer, 415, "unsupported_media_type")


BODIES = {
    "half": b'{"title": ',
    "1,000 deep": b"[" * 1000 + b"]" * 1000,
    "1,000 deep in a field": b'{"title": ' + b"[" * 1000 + b"]" * 1000 + b"}",
    "300 deep in a field": b'{"title": ' + b"[" * 300 + b"]" * 300 + b"}",
    "1,000 objects deep": b'{"a":' * 1000 + b"1" + b"}" * 1000,
    "100,000 deep": b"[" * 100_000,
    "repeated key": b'{"title": "a", "title": "b"}',
    "repeated key, spelt otherwise": b'{"price": 1, "\\u0070rice": 2}',
    "1e400": b'{"price": 1e400}',
    "-1e400": b'{"price": -1e400}',
    "NaN": b'{"price": NaN}',
    "Infinity": b'{"price": -Infinity}',
    "65 bits": b'{"price": 18446744073709551616}',
    "5,000 digits": b'{"price": ' + b"9" * 5000 + b"}",
    "lone surrogate": b'{"title": "\\ud800"}',
    "surrogate in a key": b'{"\\udfff": 1}',
    "not UTF-8": b'{"title": "\xff"}',
    "UTF-16": '{"title": "a"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"title": "a"}',
    "two values": b"{}{}",
    "comment": b'{"title": "a" /* b */}',
    "single quotes": b"{'title': 'a'}",
    "gzip": gzip.compress(b'{"title": "a"}'),
}


@pytest.mark.parametrize("name", BODIES)
def test_malformed_json(api, alice, name):
    """P6: 400, never a 500."""
    headers = {"HTTP_CONTENT_ENCODING": "gzip"} if name == "gzip" else {}
    answer = raw(api.as_(alice), BODIES[name], **headers)
    assert in_shape(answer, 400, "parse_error")


@pytest.mark.parametrize("body", [b"null", b"[]", b"1", b'"x"', b"true", b"", b"{}"])
def test_json_that_is_no_object(api, alice, body):
    """P6: valid JSON of the wrong kind is a 400 too."""
    assert in_shape(raw(api.as_(alice), body), 400, "invalid")


WRONG = [None, True, False, 0, -1, 1.5, "", " ", [], {}, [[]], {"a": []}, "x" * 20_000]
WRONG += ["\0", "\u202e", "2031-13-45", "http://[", "1e999999", "0x10", -(2**63)]


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("/api/listings", LISTING | {"condition": "", "images": [], "tags": []}),
        ("/api/tasks", LISTING | {"deadline": None, "budget": 1, "radius": 1}),
        ("/api/offerings", LISTING | {"price_type": "", "service_radius": 1}),
        ("/api/reviews", {"reviewed_user_id": 1, "rating": 1, "task_id": 1}),
        ("/api/favorites", {"item_type": "task", "item_id": 1}),
        ("/api/auth/register", {"username": "a", "email": "b", "password": "c"}),
        ("/api/auth/login", {"email": "b", "password": "c"}),
        ("/api/auth/refresh", {"refresh": "x"}),
        ("/api/auth/password", {"current_password": "a", "new_password": "b"}),
    ],
)
def test_no_value_of_the_wrong_type_is_a_500(api, alice, settings, url, base):
    """P6: each field in turn takes every kind of nonsense."""
    settings.THROTTLE, settings.SIGN_IN_ATTEMPTS = False, 10_000
    client = api.as_(alice)
    place = {"latitude": 56.95, "longitude": 24.1, "location": "", "address": ""}
    for name in base | place:
        for value in WRONG:
            answer = client.post(url, base | place | {name: value})
            assert answer.status_code < 500, (name, value)
            assert answer.status_code < 300 or in_shape(
                answer, answer.status_code, answer.json()["code"]
            )


def test_profile_takes_no_nonsense(api, alice, settings):
    """P6: the same for every field of one's own account."""
    settings.THROTTLE = False
    client = api.as_(alice)
    for name in ProfileInput().get_fields():
        for value in WRONG:
            answer = client.put("/api/auth/profile", {name: value})
            assert answer.status_code in {200, 400, 404}, (name, value)


def test_deadline_from_the_edge_of_the_earth(api, alice):
    """P6: no database sees an offset that it does not know."""
    task = LISTING | {"latitude": 56.95, "longitude": 24.1}
    del task["price"]
    answer = api.as_(alice).post(
        "/api/tasks", task | {"deadline": "2031-05-06T14:30:00-23:59"}
    )
    assert answer.status_code == 201
    assert answer.json()["task"]["deadline"] == "2031-05-07T17:29:00"


# --- Unexpected exceptions ----


def test_500_has_a_request_id_and_no_details(outsider, monkeypatch):
    """P2: no trace, no SQL, no key; the log has the rest."""

    def broken(*args, **kwargs):
        raise RuntimeError("SELECT password FROM accounts_user -- hunter2")

    monkeypatch.setattr(UserViewSet, "rows_for", broken)
    answer = outsider.get("/api/auth/users/1", HTTP_X_REQUEST_ID="abc-1")
    assert in_shape(answer, 500, "server_error")
    assert answer.json()["request_id"] == answer["X-Request-ID"] == "abc-1"
    for word in ("SELECT", "hunter2", "Runtime", "Traceback", "views.py"):
        assert word not in answer.content.decode()


def test_500_outside_the_api_has_no_details(outsider, monkeypatch):
    """P2: the same where no API view answers."""

    def broken(*args, **kwargs):
        raise RuntimeError("hunter2")

    monkeypatch.setattr("marketplace.pages.render", broken)
    answer = outsider.get("/")
    assert in_shape(answer, 500, "server_error")
    assert "hunter2" not in answer.content.decode()


@pytest.mark.parametrize("given", ["x" * 65, "a b", "a\r\nX-Evil: 1", "<script>", "ā"])
def test_request_id_is_not_taken_from_everybody(api, given):
    """P2: what could break a log line or a header is replaced."""
    header = given.encode().decode("latin-1")
    assert api.get("/health", HTTP_X_REQUEST_ID=header)["X-Request-ID"] not in given


def test_suspicious_request_is_a_400(outsider, monkeypatch):
    """P2: what Django refuses inside a view is the caller's fault, not ours."""

    def suspicious(*args, **kwargs):
        raise SuspiciousOperation("hunter2")

    monkeypatch.setattr(UserViewSet, "rows_for", suspicious)
    answer = outsider.get("/api/auth/users/1")
    assert in_shape(answer, 400, "invalid")
    assert "hunter2" not in answer.content.decode()


def test_too_large_body(api, alice, settings):
    """U1: 413 before it is read."""
    settings.BODY_MAX_BYTES = 1000
    assert in_shape(raw(api.as_(alice), b" " * 1001), 413, "too_large")


def test_body_of_unknown_length(api, alice):
    """U1: 411, since it could be of any size."""
    answer = raw(api.as_(alice), b"{}", HTTP_TRANSFER_ENCODING="chunked")
    assert in_shape(answer, 411, "length_required")


# --- Errors that help ----


@pytest.mark.parametrize(
    ("query", "choices"),
    [
        ("ordering=foo", "created_at, -created_at, price, -price"),
        ("condition=zzz", "new, like_new, used, refurbished"),
        ("has_images=maybe", "true, false"),
    ],
)
def test_refused_choice_names_the_choices(api, db, query, choices):
    [sentence] = api.get(f"/api/listings?{query}").json()["fields"].popitem()[1]
    assert sentence.startswith(f"Choose one of: {choices}")


def test_client_msg_id_says_what_it_takes(api, alice, bob):
    body = {"user_id": bob.pk, "message": "Hello", "client_msg_id": "m 1"}
    answer = api.as_(alice).post("/api/messages/conversations", body)
    assert "without spaces" in answer.json()["fields"]["client_msg_id"][0]


def test_registration_names_every_field_that_is_wrong(api, db):
    body = {"username": "a b", "email": "c@example.com", "password": "12345678"}
    answer = api.post("/api/auth/register", body)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["username", "password"]


@pytest.mark.parametrize("field", ["username", "email"])
def test_name_that_is_taken_is_named(api, alice, field):
    body = {"username": "new_here", "email": "c@example.com", "password": PASSWORD}
    answer = api.post("/api/auth/register", body | {field: getattr(alice, field)})
    assert (answer.status_code, list(answer.json()["fields"])) == (409, [field])


# --- Cache-Control and CORS ----


@pytest.mark.parametrize(
    "url",
    [
        "/api/auth/profile",
        "/api/tasks/my",
        "/api/listings/1",
        "/api/favorites",
    ],
)
def test_answers_stay_out_of_caches(api, alice, url):
    """G8: what is one's own is kept by nobody."""
    assert api.as_(alice).get(url)["Cache-Control"] == "private, no-store"


def test_what_everybody_sees_may_be_kept(api):
    """G8: the categories are the same for all."""
    assert "public" in api.get("/api/categories")["Cache-Control"]


ORIGINS = {
    "http://localhost:3000": True,
    "http://127.0.0.1:5173": True,
    "https://localhost:3000": False,
    "http://localhost:3001": False,
    "http://localhost:3000.evil.example": False,
    "http://evil.example": False,
    "null": False,
}


@pytest.mark.parametrize("origin", ORIGINS)
def test_origins_are_a_list(api, origin):
    """P6: no pattern, no echo of just any origin, also on errors."""
    ListingFactory()
    for url in ("/api/listings", "/api/tasks/my", "/api/nothing"):
        answer = api.get(url, HTTP_ORIGIN=origin)
        allowed = answer.get("Access-Control-Allow-Origin")
        assert allowed == (origin if ORIGINS[origin] else None)


def test_preflight_needs_no_token(api):
    """P6: a browser asks before it sends the token."""
    answer = api.options(
        "/api/tasks/my",
        HTTP_ORIGIN="http://localhost:3000",
        HTTP_ACCESS_CONTROL_REQUEST_METHOD="GET",
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS="authorization,content-type",
    )
    assert answer.status_code == 200
    assert "authorization" in answer["Access-Control-Allow-Headers"]
    assert answer["Access-Control-Max-Age"] == "7200"


@pytest.mark.parametrize("trouble", [OperationalError, RedisConnectionError])
def test_database_or_cache_that_is_down_is_503(outsider, monkeypatch, trouble):
    """P2: the caller may try again; the reason is in the log alone."""

    def down(queryset):
        raise trouble("connection to hunter2 refused")

    monkeypatch.setattr(ListingQuerySet, "visible", down)
    answer = outsider.get("/api/listings")
    assert in_shape(answer, 503, "unavailable")
    assert answer["Retry-After"] == "30"
    assert "hunter2" not in answer.content.decode()
