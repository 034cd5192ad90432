"""§1.5 and §1.6: authentication and CORS."""

import base64
import json

from tests.live.contract.client import ORIGIN
from tests.live.contract.market import Market, photo

SECTION = "1"
PROTECTED = (
    ("GET", "/api/auth/profile"),
    ("PUT", "/api/auth/profile"),
    ("GET", "/api/listings/my"),
    ("POST", "/api/listings"),
    ("PUT", "/api/listings/1"),
    ("DELETE", "/api/listings/1"),
    ("POST", "/api/uploads"),
    ("POST", "/api/uploads/image"),
    ("DELETE", f"/api/uploads/{'0' * 32}.jpg"),
    ("POST", "/api/tasks"),
    ("PUT", "/api/tasks/1"),
    ("GET", "/api/tasks/created"),
    ("GET", "/api/tasks/my"),
    ("GET", "/api/tasks/my-applications"),
    ("GET", "/api/tasks/notifications"),
    ("POST", "/api/tasks/1/apply"),
    ("GET", "/api/tasks/1/applications"),
    ("POST", "/api/tasks/1/applications/1/accept"),
    ("POST", "/api/tasks/1/applications/1/reject"),
    ("DELETE", "/api/tasks/1/applications/1"),
    ("POST", "/api/tasks/1/accept-application"),
    ("POST", "/api/tasks/1/accept"),
    ("POST", "/api/tasks/1/mark-done"),
    ("POST", "/api/tasks/1/done"),
    ("POST", "/api/tasks/1/confirm"),
    ("POST", "/api/tasks/1/complete"),
    ("POST", "/api/tasks/1/dispute"),
    ("POST", "/api/tasks/1/cancel"),
    ("GET", "/api/offerings/my"),
    ("POST", "/api/offerings"),
    ("PUT", "/api/offerings/1"),
    ("DELETE", "/api/offerings/1"),
    ("POST", "/api/offerings/1/pause"),
    ("POST", "/api/offerings/1/activate"),
    ("POST", "/api/offerings/1/contact"),
    ("GET", "/api/reviews/task/1/can-review"),
    ("POST", "/api/reviews/task/1"),
    ("POST", "/api/reviews"),
    ("PUT", "/api/reviews/1"),
    ("DELETE", "/api/reviews/1"),
    ("GET", "/api/favorites"),
    ("POST", "/api/favorites"),
    ("GET", "/api/favorites/check?items=task:1"),
    ("GET", "/api/favorites/count"),
    ("DELETE", "/api/favorites/1"),
    ("DELETE", "/api/favorites/item/task/1"),
    ("GET", "/api/messages/conversations"),
    ("POST", "/api/messages/conversations"),
    ("GET", "/api/messages/conversations/1"),
    ("GET", "/api/messages/conversations/1/messages"),
    ("POST", "/api/messages/conversations/1/messages"),
    ("PUT", "/api/messages/conversations/1/read-all"),
    ("PUT", "/api/messages/messages/1/read"),
    ("GET", "/api/messages/unread-count"),
)
ORIGINS = [f"http://{h}:{p}" for h in ("localhost", "127.0.0.1") for p in (3000, 5173)]


def authentication(m: Market) -> None:
    head, payload, signature = m.alice.token.split(".")
    m.report.expect_equal("1.5 the token is HS256", _decoded(head)["alg"], "HS256")
    claims = _decoded(payload)
    m.report.expect_equal(
        "1.5 the token has user_id", claims.get("user_id"), m.alice.id
    )
    m.report.expect_equal(
        "1.5 the token has username", claims.get("username"), m.alice.user["username"]
    )
    m.report.expect_equal("1.5 the token has exp", type(claims.get("exp")), int)
    login = {
        "email": m.alice.user["email"],
        "password": m.newcomer("alice")["password"],
    }
    pair = m.anyone.post("/api/auth/login", login).body
    lasts = claims["exp"] - claims.get("iat", 0)
    about_a_day = abs(lasts - 24 * 3600) < 60  # iat and exp are rounded separately
    m.report.expect_true("1.5 the token is valid for 24 h", about_a_day, lasts)
    posing = claims | {"user_id": m.bob.id}
    bad = {
        "no token at all": "",
        "a truncated token": m.alice.token[:-6],
        "a forged signature": f"{head}.{payload}.{signature[::-1]}",
        "an unsigned token": f"{_encoded({'alg': 'none', 'typ': 'JWT'})}.{payload}.",
        "a refresh token": pair["refresh"],
        "no token in shape": "nothing",
        "somebody else's claims": f"{head}.{_encoded(posing)}.{signature}",
    }
    for what, token in bad.items():
        caller = m.anyone.with_token(token)
        m.report.expect_error(
            f"1.5 {what} is 401", caller.get("/api/auth/profile"), 401
        )
    odd = {"Authorization": "Bearer"}, {"Authorization": f"Token {m.alice.token}"}
    for headers in odd:
        answer = m.anyone.get("/api/auth/profile", headers=headers)
        m.report.expect_error(f"1.5 {brief_of(headers)} is 401", answer, 401)
    stale = m.anyone.with_token(m.alice.token[:-6])
    for method, path in PROTECTED:
        m.report.expect_error(
            f"1.5 {method} {path}: 401 without a token",
            m.anyone.request(method, path),
            401,
        )
        m.report.expect_error(
            f"1.5 {method} {path}: 401 with a bad one", stale.request(method, path), 401
        )
    _public_with_bad_token(m, stale)


def brief_of(headers: dict) -> str:
    return (
        headers["Authorization"].split(" ")[0] + " …"
        if " " in headers["Authorization"]
        else "Bearer without a token"
    )


def _public_with_bad_token(m: Market, stale) -> None:
    listing, task, offering = m.listing(), m.completed(), m.offering()
    review = m.bob.post(f"/api/reviews/task/{task['id']}", {"rating": 5, "content": ""})
    image = m.alice.upload("a.png", photo()).body["url"]
    public = (
        f"/api/auth/users/{m.alice.id}",
        f"/api/auth/users/{m.alice.id}/reviews",
        "/api/listings",
        f"/api/listings/{listing['id']}",
        "/api/tasks",
        f"/api/tasks/{task['id']}",
        "/api/offerings",
        f"/api/offerings/{offering['id']}",
        image,
        "/api/helpers",
        "/api/reviews",
        f"/api/reviews/{review.body['id']}",
        f"/api/reviews/task/{task['id']}",
        f"/api/reviews/user/{m.alice.id}/stats",
        "/api/categories",
        "/health",
    )
    for path in public:
        m.report.expect(
            f"1.5 GET {path}: public, without a token", m.anyone.get(path), 200
        )
        m.report.expect(
            f"1.5 GET {path}: public, a bad token is ignored", stale.get(path), 200
        )
    login = {
        "email": m.alice.user["email"],
        "password": m.newcomer("alice")["password"],
    }
    answer = stale.post("/api/auth/login", login)
    m.report.expect("1.5 POST auth/login: a bad token is ignored", answer, 200)


def cross_origin(m: Market) -> None:
    asks = (
        ("GET", "/api/auth/profile", "authorization"),
        ("POST", "/api/tasks", "authorization,content-type"),
        ("PUT", "/api/listings/1", "authorization,content-type"),
        ("PATCH", "/api/auth/profile", "authorization,content-type,accept"),
        ("DELETE", "/api/favorites/1", "authorization"),
        ("POST", "/api/tasks/1/confirm", "authorization"),
        ("PUT", "/api/messages/conversations/1/read-all", "authorization"),
        ("POST", "/api/uploads", "authorization"),
    )
    for origin in ORIGINS:
        for method, path, headers in asks:
            _preflight(m, origin, method, path, headers)
    stranger = m.anyone.unchecked().get(
        "/api/listings", headers={"Origin": "https://evil.example"}
    )
    allowed = stranger.headers.get("Access-Control-Allow-Origin")
    m.report.expect_equal("1.6 an unknown origin is not allowed", allowed, None)
    answer = m.anyone.get("/api/listings")
    exposed = answer.headers.get("Access-Control-Expose-Headers", "").lower()
    for header in ("x-total-count", "x-page", "x-per-page", "link"):
        m.report.expect_true(f"1.6 {header} is exposed", header in exposed, exposed)
    same = m.alice.get("/api/auth/profile").headers
    m.report.expect_equal(
        "1.6 the origin is echoed", same.get("Access-Control-Allow-Origin"), ORIGIN
    )
    m.report.expect_equal(
        "1.6 no credentials", same.get("Access-Control-Allow-Credentials"), None
    )


def _preflight(m: Market, origin: str, method: str, path: str, headers: str) -> None:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": headers,
    }
    answer = m.anyone.unchecked().request("OPTIONS", path, headers=asked)
    name = f"1.6 preflight of {method} {path} from {origin}"
    m.report.expect(f"{name}: 2xx without a token", answer, (200, 204))
    given = {k.lower(): v.lower() for k, v in answer.headers.items()}
    m.report.expect_equal(
        f"{name}: the origin", given.get("access-control-allow-origin"), origin
    )
    methods = given.get("access-control-allow-methods", "")
    m.report.expect_true(f"{name}: the method", method.lower() in methods, methods)
    listed = given.get("access-control-allow-headers", "")
    missing = [one for one in headers.split(",") if one not in listed]
    m.report.expect_equal(f"{name}: the headers", missing, [])
    age = given.get("access-control-max-age", "0")
    m.report.expect_true(f"{name}: is remembered", int(age) >= 600, age)


def _decoded(part: str) -> dict:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def _encoded(claims: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


SCENARIOS = (authentication, cross_origin)
