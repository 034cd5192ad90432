"""§1: conventions of every endpoint."""

import json
from concurrent.futures import ThreadPoolExecutor

from tests.live.contract.client import AS_THE_CLIENT
from tests.live.contract.market import Market
from tests.live.contract.shapes import ERROR
from tests.live.contract.value_checks import integer, nonblank, timestamp

SECTION = "1"

NUMBERLESS = (
    ("GET", "/api/listings/abc"),
    ("PUT", "/api/listings/abc"),
    ("DELETE", "/api/listings/1.5"),
    ("GET", "/api/tasks/abc"),
    ("PUT", "/api/tasks/-1"),
    ("POST", "/api/tasks/abc/apply"),
    ("GET", "/api/tasks/abc/applications"),
    ("POST", "/api/tasks/abc/confirm"),
    ("GET", "/api/offerings/abc"),
    ("POST", "/api/offerings/abc/pause"),
    ("GET", "/api/reviews/abc"),
    ("GET", "/api/reviews/task/abc"),
    ("GET", "/api/reviews/task/abc/can-review"),
    ("GET", "/api/reviews/user/abc/stats"),
    ("GET", "/api/auth/users/abc"),
    ("GET", "/api/auth/users/abc/reviews"),
    ("DELETE", "/api/favorites/abc"),
    ("DELETE", "/api/favorites/item/listing/abc"),
    ("GET", "/api/uploads/abc"),
    ("GET", "/api/messages/conversations/abc"),
)
NOBODY = 999_999_999_999_999
NOWHERE = (
    ("GET", f"/api/listings/{NOBODY}"),
    ("GET", f"/api/listings/{10**40}"),
    ("GET", f"/api/tasks/{NOBODY}"),
    ("GET", f"/api/tasks/{NOBODY}/applications"),
    ("POST", f"/api/tasks/{NOBODY}/apply"),
    ("POST", f"/api/tasks/{NOBODY}/applications/1/accept"),
    ("POST", f"/api/tasks/{NOBODY}/mark-done"),
    ("GET", f"/api/offerings/{NOBODY}"),
    ("POST", f"/api/offerings/{NOBODY}/pause"),
    ("POST", f"/api/offerings/{NOBODY}/activate"),
    ("DELETE", f"/api/offerings/{NOBODY}"),
    ("GET", f"/api/reviews/{NOBODY}"),
    ("GET", f"/api/reviews/task/{NOBODY}"),
    ("GET", f"/api/reviews/task/{NOBODY}/can-review"),
    ("GET", f"/api/auth/users/{NOBODY}"),
    ("GET", f"/api/auth/users/{NOBODY}/reviews"),
    ("DELETE", f"/api/favorites/{NOBODY}"),
    ("DELETE", f"/api/favorites/item/task/{NOBODY}"),
    ("DELETE", f"/api/listings/{NOBODY}"),
)
LISTS = {  # public lists: the key of the envelope
    "/api/listings": None,
    "/api/tasks": "tasks",
    "/api/offerings": "offerings",
    "/api/helpers": "helpers",
}
JSON, TEXT, FORM = (
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
)
LARGE = b'{"title": "' + b"x" * 1_100_000 + b'"}'
UNKNOWN = b'{"email": "nobody@example.com", "password": "nothing-like-it"}'
RETITLED = b'{"title": "Mans"}'
REFUSED = (  # the fault, the expected status, the request
    ("malformed JSON", 400, "POST", "/api/tasks", JSON, b'{"title": '),
    ("an array as the body", 400, "POST", "/api/tasks", JSON, b"[1]"),
    ("a string as the body", 400, "POST", "/api/auth/login", JSON, b'"x"'),
    ("NaN", 400, "POST", "/api/listings", JSON, b'{"price": NaN}'),
    ("missing fields", 400, "POST", "/api/offerings", JSON, b"{}"),
    ("wrong credentials", 401, "POST", "/api/auth/login", JSON, UNKNOWN),
    ("another's listing", 403, "PUT", "/api/listings/{theirs}", JSON, RETITLED),
    ("nothing there", 404, "GET", f"/api/tasks/{NOBODY}", None, None),
    ("an unknown route", 404, "GET", "/api/nothing/here", None, None),
    ("an unknown action", 404, "POST", "/api/auth/nothing", JSON, b"{}"),
    ("the bare prefix", 404, "GET", "/api/", None, None),
    ("a method that is not served", 405, "DELETE", "/api/listings", None, None),
    ("a method not served on one", 405, "POST", "/api/tasks/{assigned}", JSON, b"{}"),
    ("a wrong state", 409, "PUT", "/api/tasks/{assigned}", JSON, RETITLED),
    ("a body that is too large", 413, "POST", "/api/tasks", JSON, LARGE),
    ("plain text", 415, "POST", "/api/tasks", TEXT, b"title"),
    ("a form", 415, "POST", "/api/auth/login", FORM, b"email=a&password=b"),
)


def urls(m: Market) -> None:
    expect, expect_error = m.report.expect, m.report.expect_error
    health = m.anyone.get("/health")
    expect("1.1 GET /health: 200", health, 200)
    m.report.expect_equal("1.1 GET /health: the body", health.body, {"status": "ok"})
    for path in LISTS:
        expect(
            f"1.1 GET {path}/: served or unknown", m.anyone.get(f"{path}/"), (200, 404)
        )
    slashed = m.anyone.post("/api/auth/login/", {"email": "a@example.com"})
    expect("1.1 POST auth/login/: no redirect", slashed, (400, 404))
    for method, path in NUMBERLESS:
        name = f"1.1 {method} {path}: an id that is no number is 404"
        expect_error(name, m.mallory.request(method, path), 404)
    for method, path in NOWHERE:
        name = f"1.1 {method} {path}: nothing there"
        expect_error(name, m.mallory.request(method, path), 404)
    for path, key in LISTS.items():
        strange = f"{path}?utm_source=x&owner__password=1&_connector=OR&category=none"
        answer = m.anyone.get(strange)
        expect(f"1.1 GET {path}: unknown parameters are ignored", answer, 200)
        answer = m.anyone.get(
            f"{path}?page=x&per_page=y&latitude=north&longitude=east&radius=far"
        )
        rows = m.report.expect_page(
            f"1.1 GET {path}: what is no number is a default", answer, key, {}
        )
        sizes = [answer.headers.get(h) for h in ("X-Page", "X-Per-Page")]
        m.report.expect_equal(
            f"1.1 GET {path}: page and size by default", sizes, ["1", "20"]
        )
        near = [row for row in rows if "distance" in row]
        m.report.expect_equal(
            f"1.1 GET {path}: no distance without coordinates", near, []
        )


def requests_of_the_client(m: Market) -> None:
    listing = m.listing(m.bob)
    path = f"/api/favorites/check?items=listing:{listing['id']}"
    people = [m.alice.with_token(m.alice.token) for _ in range(10)]
    asked = [(person, path) for person in people for _ in range(4)]
    asked += [(people[0], "/api/tasks/notifications")] * 2
    with ThreadPoolExecutor(max_workers=10) as pool:
        answers = list(pool.map(lambda pair: pair[0].get(pair[1]), asked))
    statuses = [answer.status for answer in answers]
    m.report.expect_equal("1.2 40 favorites/check at once", statuses, [200] * 42)
    pairs = [answer.headers.get("Retry-After") for answer in answers]
    m.report.expect_equal("1.2 40 favorites/check: no Retry-After", set(pairs), {None})
    spoken = m.listing_form(title="Tīrīšana, уборка 🧹")
    body = json.dumps(spoken, ensure_ascii=False).encode()
    json_type = {"Content-Type": "application/json; charset=utf-8"}
    answer = m.alice.post("/api/listings", data=body, headers=json_type)
    m.report.expect("1.2 JSON with a charset is read", answer, 201)
    m.report.expect_equal(
        "1.3 UTF-8 both ways", answer.body["listing"]["title"], spoken["title"]
    )
    content_type = answer.headers["Content-Type"]
    m.report.expect_true(
        "1.3 answers are application/json",
        content_type.startswith("application/json"),
        content_type,
    )


def caching(m: Market) -> None:
    for path in ("/api/auth/profile", "/api/tasks/created", "/api/tasks"):
        cache = m.alice.get(path).headers.get("Cache-Control", "")
        name = f"6 GET {path}: what is one's own stays out of shared caches"
        m.report.expect_true(name, "private" in cache or "no-store" in cache, cache)


def errors(m: Market) -> None:
    theirs, assigned = m.listing(m.bob)["id"], m.assigned()["id"]
    for what, status, method, path, content_type, data in REFUSED:
        path = path.format(theirs=theirs, assigned=assigned)
        for accept in (AS_THE_CLIENT["Accept"], "text/html"):
            headers = {"Accept": accept, "Content-Type": content_type}
            answer = m.alice.request(method, path, headers=headers, data=data)
            m.report.expect_error(
                f"1.4 {what}, asked for {accept.split(',')[0]}", answer, status
            )
    nameless = m.anyone.post("/api/auth/register", {"username": "x"})
    m.report.expect(
        "1.4 invalid input names its fields",
        nameless,
        400,
        ERROR | {"fields": {"email": [nonblank], "password": [nonblank]}},
    )


def paging(m: Market) -> None:
    for number in range(3):
        m.listing(category="other", title=f"Grāmata {number}")
        m.task(category="other", title=f"Darbs {number}")
        m.offering(category="other", title=f"Serviss {number}")
    for path, key in LISTS.items():
        if path != "/api/helpers":
            owner = m.bob if path == "/api/offerings" else m.alice
            _paged(m, f"{path}?owner={owner.id}&category=other", key)
    for path, key in LISTS.items():
        _sizes(m, path, key)


def _paged(m: Market, path: str, key: str | None) -> None:
    first = m.anyone.get(f"{path}&per_page=2")
    rows = m.report.expect_page(
        f"1.9 GET {path}: the first page",
        first,
        key,
        {"id": integer, "created_at": timestamp},
    )
    second = m.anyone.get(first.links.get("next", "/")[len(m.anyone.url) :])
    more = m.report.expect_page(
        f"1.9 GET {path}: Link leads to the next", second, key, {"id": integer}
    )
    m.report.expect_equal(
        f"1.9 GET {path}: pages of 2 and 1", [len(rows), len(more)], [2, 1]
    )
    ids = [row["id"] for row in rows + more]
    m.report.expect_equal(
        f"1.9 GET {path}: newest first, none twice", ids, sorted(set(ids), reverse=True)
    )
    m.report.expect_equal(
        f"1.9 GET {path}: total is all matches", first.headers.get("X-Total-Count"), "3"
    )
    m.report.expect_equal(
        f"1.9 GET {path}: no next on the last page", "next" in second.links, False
    )
    m.report.expect_true(
        f"1.9 GET {path}: prev, first, last",
        {"prev", "first", "last"} <= set(second.links),
        second.links,
    )
    if key:
        m.report.expect_equal(
            f"1.9 GET {path}: page in the envelope", second.body["page"], 2
        )
        m.report.expect_equal(
            f"1.9 GET {path}: has_more",
            [first.body["has_more"], second.body["has_more"]],
            [True, False],
        )
    beyond = m.anyone.get(f"{path}&page=999999")
    none = m.report.expect_page(f"1.9 GET {path}: beyond the end", beyond, key, {})
    m.report.expect_equal(f"1.9 GET {path}: beyond the end is empty", none, [])


def _sizes(m: Market, path: str, key: str | None) -> None:
    sizes = {"0": "20", "-5": "20", "": "20", "7": "7", "100": "100"}
    for asked, used in sizes.items():
        answer = m.anyone.get(f"{path}?per_page={asked}")
        m.report.expect_page(
            f"1.9 GET {path}?per_page={asked}: served", answer, key, {}
        )
        name = f"1.9 GET {path}?per_page={asked}: {used} rows a page"
        m.report.expect_equal(name, answer.headers.get("X-Per-Page"), used)
    most = int(m.anyone.get(f"{path}?per_page=1000000").headers.get("X-Per-Page", "0"))
    m.report.expect_true(
        f"1.9 GET {path}: per_page is capped", 100 <= most <= 200, most
    )


SCENARIOS = (urls, requests_of_the_client, caching, errors, paging)
