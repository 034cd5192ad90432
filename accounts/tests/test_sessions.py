"""Sessions and the security log: what their owner sees and ends."""

import time
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import tokens
from accounts.models import SecurityEvent
from accounts.tests.factories import PASSWORD, UserFactory

SESSIONS, LOG = "/api/auth/sessions", "/api/auth/security-log"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
pytestmark = pytest.mark.django_db


def sign_in(api, user, password=PASSWORD, **headers):
    given = {"email": user.email, "password": password}
    return api.post("/api/auth/login", given, **headers)


def bearer(tokens) -> dict:
    return {"HTTP_AUTHORIZATION": f"Bearer {tokens['token']}"}


def logged(user) -> list[str]:
    return [event.type for event in SecurityEvent.objects.filter(user=user)]


def test_sessions_are_listed_with_device_and_network(api, alice):
    tokens.open_session(alice)
    signed_in = sign_in(
        api, alice, HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="203.0.113.77"
    ).json()
    newest, other = api.get(SESSIONS, **bearer(signed_in)).json()["sessions"]
    assert newest["device"] == "Firefox, Linux"
    assert newest["network"] == "203.0.113.0/24"
    assert (newest["method"], newest["is_current"]) == ("password", True)
    assert other["is_current"] is False


def test_an_ended_session_is_not_listed_and_its_tokens_are_refused(api, alice):
    """A7: at once, access and refresh."""
    stolen = sign_in(api, alice).json()
    owner = api.as_(alice)
    stolen_id = owner.get(SESSIONS).json()["sessions"][1]["id"]
    assert owner.delete(f"{SESSIONS}/{stolen_id}").status_code == 200
    assert owner.get(SESSIONS).json()["total"] == 1
    assert api.get(SESSIONS, **bearer(stolen)).status_code == 401
    refresh = {"refresh": stolen["refresh"]}
    assert api.post("/api/auth/refresh", refresh).status_code == 401
    assert owner.delete(f"{SESSIONS}/{stolen_id}").status_code == 404
    assert logged(alice)[0] == "session_ended"


def test_others_sessions_are_missing_ones(api, alice, mallory):
    tokens.open_session(alice)
    row = alice.sessions.get()
    assert api.as_(mallory).delete(f"{SESSIONS}/{row.pk}").status_code == 404
    row.refresh_from_db()
    assert row.ended_at is None


def test_signing_out_everywhere_ends_every_session(api, alice):
    """A7: also the one that asks."""
    other = tokens.open_session(alice)
    caller = api.as_(alice)
    answer = caller.post("/api/auth/logout-everywhere")
    assert answer.json()["ended"] == 2
    assert caller.get(SESSIONS).status_code == 401
    assert api.get(SESSIONS, **bearer(other)).status_code == 401


def test_the_log_has_sign_ins_failures_and_changes(api, alice, run_jobs):
    sign_in(api, alice, "wrong", REMOTE_ADDR="198.51.100.7")
    run_jobs()
    signed_in = sign_in(api, alice).json()
    change = {"current_password": PASSWORD, "new_password": "a new one, long"}
    pair = api.post("/api/auth/password", change, **bearer(signed_in)).json()
    api.post("/api/auth/logout", **bearer(pair))
    again = sign_in(api, alice, "a new one, long").json()
    events = api.get(LOG, **bearer(again)).json()["events"]
    assert [event["type"] for event in events] == [
        *("signed_in", "signed_out", "password_changed", "signed_in"),
        "sign_in_failed",
    ]
    assert events[-1]["network"] == "198.51.100.0/24"
    assert events[-1]["title"] == "Failed sign-in"


def test_the_log_is_the_callers_own(api, alice, mallory):
    sign_in(api, alice)
    assert api.as_(mallory).get(LOG).json()["events"] == []


@pytest.mark.parametrize("kind", ["wrong", "unknown", "suspended"])
def test_a_failure_costs_the_same_queries(api, kind):
    """A1: a failed sign-in of an account writes no more than that of none."""
    user = UserFactory(suspended=kind == "suspended")
    if kind == "unknown":
        user.email = "nobody@example.com"
    with CaptureQueriesContext(connection) as queries:
        sign_in(api, user, "wrong")
    writes = [q["sql"].split()[0] for q in queries if not q["sql"].startswith("SEL")]
    assert (len(queries), writes) == (3, ["INSERT"])


def test_a_replayed_token_is_in_the_log(api, alice):
    """A3: the owner learns of a copy."""
    first = sign_in(api, alice).json()["refresh"]
    api.post("/api/auth/refresh", {"refresh": first})
    thief = {"HTTP_USER_AGENT": "curl", "REMOTE_ADDR": "203.0.113.9"}
    api.post("/api/auth/refresh", {"refresh": first}, **thief)
    assert logged(alice)[0] == "token_replayed"


def test_a_new_device_is_notified_by_email(api, alice, run_jobs, mailoutbox):
    sign_in(api, alice, REMOTE_ADDR="203.0.113.7")
    assert run_jobs() == []
    sign_in(api, alice, REMOTE_ADDR="203.0.113.7")
    assert run_jobs() == []
    sign_in(api, alice, REMOTE_ADDR="198.51.100.7")
    run_jobs()
    [email] = mailoutbox
    assert (email.to, "new device" in email.body) == ([alice.email], True)


def test_registration_notifies_of_no_device(api, run_jobs, mailoutbox):
    person = {"username": "person", "email": "p@example.com", "password": PASSWORD}
    assert api.post("/api/auth/register", person).json()["device_token"]
    run_jobs()
    assert [email.subject for email in mailoutbox] == ["Confirm your e-mail address"]


def locked_out(api, user, network="203.0.113.9"):
    """An attacker has used up what the account allows from all networks."""
    for _attempt in range(11):
        sign_in(api, user, "wrong", REMOTE_ADDR=network)


def test_a_known_device_signs_in_while_strangers_guess(api, alice, settings):
    """A12: on a new network, too, which an attacker shares."""
    settings.SIGN_IN_ATTEMPTS_PER_ACCOUNT = 10
    token = sign_in(api, alice).json()["device_token"]
    locked_out(api, alice)
    there = {"REMOTE_ADDR": "203.0.113.9"}
    assert sign_in(api, alice, **there).status_code == 429
    given = {"email": alice.email, "password": PASSWORD, "device_token": token}
    assert api.post("/api/auth/login", given, **there).status_code == 200


def test_a_stolen_device_token_allows_ten_guesses(api, alice):
    """A12: and no session."""
    token = sign_in(api, alice).json()["device_token"]
    guess = {"email": alice.email, "password": "wrong", "device_token": token}
    codes = [
        api.post("/api/auth/login", guess, REMOTE_ADDR=f"198.51.100.{n}").status_code
        for n in range(12)
    ]
    assert codes == [401] * 10 + [429] * 2
    assert api.get(SESSIONS, HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 401


@pytest.mark.parametrize("kind", ["forged", "another's", "expired"])
def test_a_device_token_that_is_not_valid_gains_nothing(
    api, alice, mallory, kind, time_machine_of
):
    """A12: the limits are those without it."""
    owner = mallory if kind == "another's" else alice
    with time_machine_of(days=91 if kind == "expired" else 0):
        token = sign_in(api, owner).json()["device_token"]
    token += "x" if kind == "forged" else ""
    locked_out(api, alice)
    given = {"email": alice.email, "password": PASSWORD, "device_token": token}
    answer = api.post("/api/auth/login", given, REMOTE_ADDR="203.0.113.9")
    assert answer.status_code == 429


@pytest.fixture
def time_machine_of(monkeypatch):
    """Let signed values be of `days` ago."""

    @contextmanager
    def travel(days):
        with monkeypatch.context() as patch:
            then = time.time() - days * 24 * 3600
            patch.setattr("django.core.signing.time.time", lambda: then)
            yield

    return travel
