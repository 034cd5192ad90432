"""Every request: errors, hosts, health checks, CORS, logs; and the environment."""

import json
import logging
import re
from types import SimpleNamespace

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import OperationalError
from django.test import Client

from accounts import services
from core import exceptions
from core.checks import BLACKLIST
from core.env import Environment, is_url
from core.web import health
from core.web.log_config import JsonFormatter, RequestIdFilter
from core.web.middleware import RequestLimitsMiddleware

FRONTEND = "http://localhost:5173"
PASSWORD = "quiet-Harbour-71"


def crash(*args, **kwargs):
    raise RuntimeError("secret detail of the crash")


@pytest.fixture
def browser() -> Client:
    """Asks for HTML, and sees a failure as a visitor would."""
    return Client(raise_request_exception=False, headers={"Accept": "text/html"})


@pytest.fixture
def lines():
    """The log as production writes it."""
    written: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record):
            written.append(self.format(record))

    handler = Keep()
    handler.addFilter(RequestIdFilter())
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


# --- Errors ---------------------------------------------------------------------------


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("place", ["view", "middleware"])
def test_500_shows_a_request_id_and_nothing_else(
    browser, settings, monkeypatch, db, debug, place
):
    """P2: generic 500 with a request id, in the one shape, whatever is accepted."""
    settings.DEBUG = debug
    if place == "view":
        monkeypatch.setattr("listings.views.ListingViewSet.get_queryset", crash)
    else:
        monkeypatch.setattr(RequestLimitsMiddleware, "_refusal", crash)
    answer = browser.get("/api/listings")
    assert answer.status_code == 500
    assert answer.json() == {
        "error": str(exceptions.DEFAULT_MESSAGES["server_error"]),
        "code": "server_error",
        "fields": {},
        "request_id": answer["X-Request-ID"],
    }


@pytest.mark.parametrize("debug", [True, False])
def test_unknown_host_is_400(browser, settings, debug):
    """P1: a Host that is not ours answers 400 in the one shape."""
    settings.DEBUG = debug
    answer = browser.get("/api/listings", headers={"Host": "evil.test"})
    assert answer.status_code == 400
    assert answer.json().keys() == {"error", "code", "fields"}


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nowhere", "/api/listings/x"])
def test_unknown_route_answers_in_the_one_shape(browser, settings, db, debug, path):
    settings.DEBUG = debug
    answer = browser.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_hsts_lasts_a_year(browser, settings, db):
    """P1: HSTS of at least a year, from production's default."""
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    answer = browser.get("/api/categories", secure=True)
    age = int(answer["Strict-Transport-Security"].split("max-age=")[1].split(";")[0])
    assert age >= 365 * 24 * 3600


def test_forwarded_scheme_of_an_untrusted_proxy_is_ignored(browser, settings):
    """P1: proxy headers only from trusted hops."""
    settings.SECURE_SSL_REDIRECT = True
    claim = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.test"}
    answer = browser.get("/api/categories", headers=claim)
    assert (answer.status_code, answer["Location"]) == (
        301,
        "https://testserver/api/categories",
    )


# --- Health checks --------------------------------------------------------------------


def test_health_answers_any_host_without_https_or_database(browser, settings):
    """P7: `/health` needs no database (this test may use none)."""
    settings.SECURE_SSL_REDIRECT = True
    answer = browser.get("/health", headers={"Host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_asks_the_database(browser, db, monkeypatch):
    assert browser.get("/ready").json() == {"status": "ok", "database": "up"}

    def down():
        raise OperationalError("password=secret host=10.0.0.9")

    monkeypatch.setattr(health, "connection", SimpleNamespace(cursor=down))
    answer = browser.get("/ready")
    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable", "database": "down"}


# --- CORS -----------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("port", [3000, 5173])
def test_preflight_of_the_client_needs_no_token(browser, host, port):
    answer = browser.options(
        "/api/tasks/my",
        headers={
            "Origin": f"http://{host}:{port}",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "authorization, content-type",
        },
    )
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == f"http://{host}:{port}"
    assert answer["Access-Control-Max-Age"] == "7200"
    allowed = answer["Access-Control-Allow-Headers"].split(", ")
    assert {"authorization", "content-type", "accept"} <= set(allowed)


@pytest.mark.parametrize("path", ["/api/tasks/my", "/api/nowhere", "/api/listings"])
def test_errors_can_be_read_across_origins(browser, db, monkeypatch, path):
    """A client that cannot read a 401 cannot sign out."""
    monkeypatch.setattr("listings.views.ListingViewSet.get_queryset", crash)
    answer = browser.get(path, headers={"Origin": FRONTEND})
    assert answer.status_code in {401, 404, 500}
    assert answer["Access-Control-Allow-Origin"] == FRONTEND
    exposed = answer["Access-Control-Expose-Headers"].split(", ")
    assert {"X-Total-Count", "Link", "X-Request-ID", "Retry-After"} <= set(exposed)


def test_guide_names_the_headers_that_browsers_may_send_and_read(settings):
    guide = (settings.BASE_DIR / "docs" / "api.md").read_text()
    sent, read = guide.split("## From a browser")[1].split("- ")[1:]
    unused = {"user-agent", "x-csrftoken", "x-requested-with"}  # allowed by default
    taken = {name.lower() for name in re.findall("`(.*?)`", sent)}
    assert taken == set(settings.CORS_ALLOW_HEADERS) - unused
    assert set(re.findall("`(.*?)`", read)) == set(settings.CORS_EXPOSE_HEADERS)


def test_unchanged_answer_can_be_asked_for_across_origins(browser, db):
    headers = {"Origin": FRONTEND, "Access-Control-Request-Method": "GET"}
    asked = headers | {"Access-Control-Request-Headers": "if-none-match"}
    answer = browser.options("/api/listings", headers=asked)
    assert "if-none-match" in answer["Access-Control-Allow-Headers"].split(", ")


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:5174",
        "https://localhost:5173",
        "http://localhost:5173.evil.test",
        "null",
    ],
)
def test_other_origins_get_no_cors_headers(browser, db, origin):
    """P6: the origins are an exact list."""
    answer = browser.get("/api/categories", headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in answer


# --- Logs -----------------------------------------------------------------------------


def test_request_is_logged_as_one_line_of_json_with_its_id(browser, lines, db):
    answer = browser.get("/api/categories?secret=in-the-query")
    [line] = [json.loads(line) for line in lines]
    assert line["request_id"] == answer["X-Request-ID"]
    assert (line["method"], line["path"]) == ("GET", "/api/categories")
    assert (line["status"], line["level"]) == (200, "info")


def test_crash_is_logged_with_its_trace_on_one_line(browser, lines, db, monkeypatch):
    monkeypatch.setattr("listings.views.ListingViewSet.get_queryset", crash)
    answer = browser.get("/api/listings")
    assert [line for line in lines if "\n" in line] == []
    entries = [json.loads(line) for line in lines]
    assert {line["request_id"] for line in entries} == {answer["X-Request-ID"]}
    assert any("secret detail" in line.get("exception", "") for line in entries)


class Unnamed:
    def __str__(self) -> str:
        raise TypeError


@pytest.mark.parametrize(
    "odd", ["\ud800", 10**40, {1: "ā"}, {(1, b"x"): 1}, Unnamed(), object]
)
def test_whatever_is_logged_is_a_line_of_json(lines, odd):
    logging.getLogger("test").warning("odd", extra={"context": {"odd": odd}})
    [line] = lines
    assert json.loads(line)["event"] == "odd"
    line.encode()


def test_request_cannot_forge_log_lines(browser, lines, db):
    browser.get("/api/x%0AERROR forged", headers={"X-Request-ID": "a\nb"})
    assert [line for line in lines if "\n" in line or "\\n" in line] == []


def test_passwords_and_tokens_stay_out_of_the_log(api, alice, lines, monkeypatch):
    """A15: what is secret is in no line, also when signing in crashes."""
    alice.set_password(PASSWORD)
    alice.save()
    credentials = {"email": alice.email, "password": PASSWORD}
    pair = api.post("/api/auth/login", credentials).json()
    api.post("/api/auth/refresh", {"refresh": pair["refresh"]})
    api.post("/api/auth/refresh", {"refresh": pair["refresh"]})
    bearer = {"Authorization": f"Bearer {pair['token']}"}
    api.get("/api/auth/profile", headers=bearer)
    api.post("/api/auth/login", credentials | {"password": PASSWORD + "!"})
    monkeypatch.setattr(services, "sign_in", crash)
    crashed = Client(raise_request_exception=False).post(
        "/api/auth/login", credentials, content_type="application/json"
    )
    log = "\n".join(lines)
    assert (crashed.status_code, len(lines) > 6) == (500, True)
    assert [s for s in (PASSWORD, pair["token"], pair["refresh"]) if s in log] == []


# --- The environment ------------------------------------------------------------------


@pytest.fixture
def environment(monkeypatch, tmp_path):
    def made(**variables) -> Environment:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return Environment(tmp_path / ".env")

    return made


def test_all_invalid_variables_are_named_at_once(environment):
    env = environment(ON="ture", DAYS="-1", AT="Mars/Base", DB="foo://x", KEY_FILE="/x")
    env.bool("ON", True)
    env.int("DAYS", 3)
    env.zone("AT", "UTC")
    env.database("DB", "sqlite://")
    env.str("KEY", "")
    with pytest.raises(ImproperlyConfigured) as error:
        env.seal()
    named = [line.split(":")[0] for line in str(error.value).splitlines()[1:]]
    assert named == ["  - ON", "  - DAYS", "  - AT", "  - DB", "  - KEY"]


def test_missing_variable_is_named_like_an_invalid_one(environment):
    env = environment(EMPTY="")
    assert env.str("MISSING") is None
    env.str("EMPTY", validate=is_url("https"))
    env.log_level("LEVEL", "INFO")
    env.refuse("HOSTS", "Name them.")
    with pytest.raises(ImproperlyConfigured) as error:
        env.seal()
    named = [line.split(":")[0] for line in str(error.value).splitlines()[1:]]
    assert named == ["  - MISSING", "  - EMPTY", "  - HOSTS"]


def test_invalid_value_counts_as_the_default_until_all_are_named(environment):
    env = environment(DAYS="x", ON="ture", DB="foo://x", LEVEL="LOUD")
    assert (env.int("DAYS", 3), env.bool("ON", True)) == (3, True)
    assert env.database("DB", "sqlite:///x")["NAME"] == "x"
    assert env.log_level("LEVEL", "INFO") == "INFO"
    with pytest.raises(ImproperlyConfigured, match="LEVEL"):
        env.seal()


def test_an_empty_number_is_the_default(environment):
    env = environment(DAYS="", NAMES=" a ,, b")
    assert (env.int("DAYS", 3), env.list("NAMES", [])) == (3, ["a", "b"])
    env.seal()


def test_value_may_be_read_from_a_file(environment, tmp_path):
    (tmp_path / "key").write_text("of-the-file\n")
    env = environment(KEY_FILE=str(tmp_path / "key"))
    assert env.str("KEY", "") == "of-the-file"


# --- Checks ---------------------------------------------------------------------------


@pytest.fixture
def production(settings, monkeypatch):
    settings.SECRET_KEY = "k" * 60
    settings.SIMPLE_JWT = settings.SIMPLE_JWT | {"SIGNING_KEY": "t" * 60}
    settings.REDIS_URL = "redis://127.0.0.1:6379/0"
    settings.DEMO = False
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "postgresql")
    # Set through the fixture, it would load the apps again and leave an empty admin.
    apps = list(settings.INSTALLED_APPS)
    monkeypatch.setattr("django.conf.settings.INSTALLED_APPS", apps)
    return settings


def use_the_laptop_key(production):
    production.SECRET_KEY = production.LAPTOP_KEY


def use_no_redis(production):
    production.REDIS_URL = ""


def use_sqlite(production):
    production.DATABASES["default"]["ENGINE"] = "django.db.backends.sqlite3"


def turn_the_demo_on(production):
    production.DEMO = True


def remove_the_blacklist(production):
    production.INSTALLED_APPS.remove(BLACKLIST)


@pytest.mark.parametrize(
    ("mistake", "expected"),
    [
        (lambda production: None, []),
        (remove_the_blacklist, ["marketplace.E001"]),
        (use_the_laptop_key, ["marketplace.E002"]),
        (use_no_redis, ["marketplace.W002"]),
        (use_sqlite, ["marketplace.W003"]),
        (turn_the_demo_on, ["marketplace.W004"]),
    ],
)
def test_check_finds_a_mistake_in_production(production, mistake, expected):
    """A6: a boot check for the blacklist and for the keys, and others beside them."""
    mistake(production)
    messages = run_checks(
        tags=["security", "caches", "database"], include_deployment_checks=True
    )
    ours = [m.id for m in messages if m.id.startswith("marketplace.")]
    assert ours == expected


def test_api_ignores_session_cookies(administrator):
    answer = administrator.get("/api/tasks/created")
    assert answer.status_code == 401
    assert not hasattr(answer.wsgi_request, "session")
