"""Tokens: sessions, refresh token rotation, forged and expired tokens."""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core import checks
from django.test import override_settings
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import (
    BlacklistedToken,
    OutstandingToken,
)
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts import moderation, services, tokens
from accounts.models import Session
from accounts.tests.factories import PASSWORD, suspend

pytestmark = pytest.mark.django_db
PROFILE, REFRESH = "/api/auth/profile", "/api/auth/refresh"


def profile(api, token):
    return api.get(PROFILE, HTTP_AUTHORIZATION=f"Bearer {token}")


def refreshed(api, token):
    return api.post(REFRESH, {"refresh": token})


def wait(seconds):
    """Let the refresh tokens that were used have been used so long ago."""
    for row in BlacklistedToken.objects.all():
        row.blacklisted_at -= timedelta(seconds=seconds)
        row.save()


@pytest.fixture
def pair(alice):
    return tokens.open_session(alice)


def test_both_tokens_work(api, pair):
    assert profile(api, pair["token"]).status_code == 200
    assert (
        profile(api, refreshed(api, pair["refresh"]).json()["token"]).status_code == 200
    )


# --- What ends a session --------------------------------------------------------------


def suspended(alice, staff, api, pair):
    moderation.suspend(alice, actor=staff, reason="Spam.")


def deactivated(alice, staff, api, pair):
    suspend(type(alice).objects.filter(pk=alice.pk))


def deleted(alice, staff, api, pair):
    alice.delete()


def signed_out(alice, staff, api, pair):
    api.post("/api/auth/logout", HTTP_AUTHORIZATION=f"Bearer {pair['token']}")


def password_changed(alice, staff, api, pair):
    services.change_password(alice, current=PASSWORD, new="another fine one")


def password_set(alice, staff, api, pair):
    alice.set_password("another fine one")
    alice.save()


def replayed(alice, staff, api, pair):
    spent = tokens.open_session(alice)["refresh"]
    refreshed(api, spent)
    wait(11)
    session = alice.sessions.latest("pk")
    pair |= tokens.issue_pair(session)
    refreshed(api, spent)


@pytest.mark.parametrize(
    "end",
    [
        suspended,
        deactivated,
        deleted,
        signed_out,
        password_changed,
        password_set,
        replayed,
    ],
)
def test_tokens_end_with_their_session(api, alice, staff, pair, end):
    """A2, A3, A7: both tokens answer 401 from the very next request."""
    end(alice, staff, api, pair)
    assert profile(api, pair["token"]).status_code == 401
    assert refreshed(api, pair["refresh"]).status_code == 401


def test_replay_ends_the_issued_tokens_too(api, pair):
    """A3: a refresh token that is used twice ends its session."""
    child = refreshed(api, pair["refresh"]).json()
    wait(11)
    assert refreshed(api, pair["refresh"]).status_code == 401
    assert profile(api, child["token"]).status_code == 401
    assert refreshed(api, child["refresh"]).status_code == 401


def test_replay_leaves_other_sessions_alone(api, alice, pair):
    """A3: the other device stays signed in."""
    other = tokens.open_session(alice)
    refreshed(api, pair["refresh"])
    wait(11)
    refreshed(api, pair["refresh"])
    assert profile(api, other["token"]).status_code == 200


def test_two_tabs_that_refresh_at_once_stay_signed_in(api, pair):
    """X6, A3: the second use from the same device gets the same pair."""
    first = refreshed(api, pair["refresh"])
    second = refreshed(api, pair["refresh"])
    assert (second.status_code, second.json()) == (200, first.json())
    assert profile(api, second.json()["token"]).status_code == 200
    wait(8)
    assert refreshed(api, pair["refresh"]).status_code == 200
    assert refreshed(api, second.json()["refresh"]).status_code == 200


@pytest.mark.parametrize(
    "elsewhere", [{"HTTP_USER_AGENT": "curl"}, {"REMOTE_ADDR": "203.0.113.9"}]
)
def test_second_use_from_another_device_ends_the_session(api, pair, elsewhere):
    """X6, A3: another program or network has a copy of the token."""
    child = refreshed(api, pair["refresh"]).json()
    answer = api.post(REFRESH, {"refresh": pair["refresh"]}, **elsewhere)
    assert answer.status_code == 401
    assert profile(api, child["token"]).status_code == 401


def test_a_late_tab_gets_the_newest_pair(api, pair):
    """X6: one that would refresh with the older one later would end the session."""
    child = refreshed(api, pair["refresh"]).json()
    newest = refreshed(api, child["refresh"]).json()
    late = refreshed(api, pair["refresh"])
    assert (late.status_code, late.json()) == (200, newest)
    wait(11)
    assert refreshed(api, newest["refresh"]).status_code == 200
    assert refreshed(api, pair["refresh"]).status_code == 401


def test_repeated_refresh_ends_with_the_session(api, pair):
    """X6, A7: after signing out nothing is repeated."""
    refreshed(api, pair["refresh"])
    signed_out(None, None, api, pair)
    assert refreshed(api, pair["refresh"]).status_code == 401


def test_no_token_is_stored(api, pair):
    """X6: whoever reads the database cannot sign in with what is there."""
    child = refreshed(api, pair["refresh"]).json()
    rows = str([*OutstandingToken.objects.values(), *Session.objects.values()])
    issued = (*pair.values(), *child.values())
    assert [token for token in issued if token in rows] == []


def test_token_that_was_verified_before_expires(api, pair, settings, monkeypatch):
    """The signature is remembered, and the time is not."""
    assert profile(api, pair["token"]).status_code == 200
    lifetime = settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"]
    later = timezone.now() + lifetime + timedelta(seconds=11)
    clock = SimpleNamespace(now=lambda: later)
    monkeypatch.setattr("accounts.authentication.timezone", clock)
    answer = profile(api, pair["token"])
    assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")


def test_signature_is_verified_once(api, pair, monkeypatch):
    assert profile(api, pair["token"]).status_code == 200
    monkeypatch.setattr("jwt.decode", None)
    assert profile(api, pair["token"]).status_code == 200


def test_clocks_may_differ_by_ten_seconds(api, pair, settings):
    """X6: a token is taken shortly before it begins and after it ends."""
    key, now = settings.SIMPLE_JWT["SIGNING_KEY"], int(time.time())
    for claims in ({"exp": now - 7}, {"iat": now + 8}, {"nbf": now + 8}):
        assert profile(api, signed(pair["token"], key, **claims)).status_code == 200
    for claims in ({"exp": now - 12}, {"iat": now + 30}, {"nbf": now + 30}):
        assert profile(api, signed(pair["token"], key, **claims)).status_code == 401


def test_sign_out_ends_one_session(api, alice, pair):
    """A7: the other device stays signed in."""
    other = tokens.open_session(alice)
    signed_out(alice, None, api, pair)
    assert profile(api, other["token"]).status_code == 200


def test_password_change_opens_a_new_session(api, alice, pair):
    """A7: every other session ends; the response has the tokens of a new one."""
    change = {"current_password": PASSWORD, "new_password": "another fine one"}
    answer = api.as_(alice).post("/api/auth/password", change)
    assert profile(api, answer.json()["token"]).status_code == 200
    assert profile(api, pair["token"]).status_code == 401


def test_restored_user_has_to_sign_in_again(api, alice, staff, pair):
    """A2: sessions stay ended after the suspension."""
    moderation.suspend(alice, actor=staff, reason="Spam.")
    moderation.restore(alice, actor=staff, reason="A mistake.")
    assert profile(api, pair["token"]).status_code == 401


# --- Invalid tokens -------------------------------------------------------------------


def test_refresh_token_is_no_access_token(api, pair):
    """A4: a refresh token is no access token."""
    assert profile(api, pair["refresh"]).status_code == 401


def test_access_token_is_no_refresh_token(api, pair):
    """A4: an access token cannot be refreshed."""
    assert refreshed(api, pair["token"]).status_code == 401


def packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def signed(token: str, key: str, *, header=None, **claims) -> str:
    """`token` with other header fields and claims, signed again with HMAC."""
    head, body, _signature = token.split(".")
    parts = []
    for part, changes in ((head, header or {}), (body, claims)):
        fields = json.loads(base64.urlsafe_b64decode(part + "==")) | changes
        given = {name: value for name, value in fields.items() if value is not None}
        parts.append(packed(json.dumps(given).encode()))
    message = ".".join(parts)
    mac = hmac.new(key.encode(), message.encode(), hashlib.sha256)
    return f"{message}.{packed(mac.digest())}"


FORGERIES = {
    "alg none": lambda t, k: signed(t, k, header={"alg": "none"}),
    "alg none, no signature": lambda t, k: (
        signed(t, k, header={"alg": "none"}).rpartition(".")[0] + "."
    ),
    "another algorithm": lambda t, k: signed(t, k, header={"alg": "RS256"}),
    "a longer hash": lambda t, k: signed(t, k, header={"alg": "HS512"}),
    "alg is a list": lambda t, k: signed(t, k, header={"alg": ["HS256"]}),
    "no alg": lambda t, k: signed(t, k, header={"alg": None}),
    "kid is a number": lambda t, k: signed(t, k, header={"kid": 7}),
    "unknown critical field": lambda t, k: signed(t, k, header={"crit": ["x"]}),
    "wrong key": lambda t, k: signed(t, "another key, which is as long as it may be"),
    "empty key": lambda t, k: signed(t, ""),
    "kid picks an empty key": lambda t, k: signed(
        t, "", header={"kid": "../../../dev/null"}
    ),
    "expired": lambda t, k: signed(t, k, exp=int(time.time()) - 12),
    "no expiry": lambda t, k: signed(t, k, exp=None),
    "expiry is a word": lambda t, k: signed(t, k, exp="tomorrow"),
    "not yet": lambda t, k: signed(t, k, nbf=int(time.time()) + 3600),
    "another audience": lambda t, k: signed(t, k, aud="elsewhere"),
    "no audience": lambda t, k: signed(t, k, aud=None),
    "another issuer": lambda t, k: signed(t, k, iss="elsewhere"),
    "no issuer": lambda t, k: signed(t, k, iss=None),
    "no type": lambda t, k: signed(t, k, token_type=None),
    "no session": lambda t, k: signed(t, k, sid=None),
    "session is no id": lambda t, k: signed(t, k, sid="1' OR '1'='1"),
    "another person": lambda t, k: signed(t, k, user_id="999999"),
    "person is huge": lambda t, k: signed(t, k, user_id="9" * 40),
    "no proof of the password": lambda t, k: signed(t, k, hash_password=None),
    "half of it": lambda t, k: t[: len(t) // 2],
    "without a signature": lambda t, k: t.rpartition(".")[0],
    "one byte changed": lambda t, k: t[:-5] + ("A" if t[-5] != "A" else "B") + t[-4:],
    "a deep header": lambda t, k: f"{packed(b'[' * 2900)}.e30.x",
    "not base64": lambda t, k: "ā.b.c",
    "nothing": lambda t, k: "",
    "two words": lambda t, k: f"{t} {t}",
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_access_token_is_refused(api, pair, settings, name):
    """A5: 401 in the error shape, never a 500."""
    forged = FORGERIES[name](pair["token"], settings.SIMPLE_JWT["SIGNING_KEY"])
    answer = profile(api, forged.encode().decode("latin-1"))
    assert answer.status_code == 401
    assert answer.json()["error"]


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_refresh_token_is_refused(api, pair, settings, name):
    """A5: the same for refreshing; an empty token is a 400."""
    forged = FORGERIES[name](pair["refresh"], settings.SIMPLE_JWT["SIGNING_KEY"])
    answer = refreshed(api, forged)
    assert answer.status_code == (401 if forged else 400)


def test_the_forging_itself_works(api, pair, settings):
    """A5: the same steps with nothing changed make a valid token."""
    key = settings.SIMPLE_JWT["SIGNING_KEY"]
    assert profile(api, signed(pair["token"], key)).status_code == 200


def test_public_answer_ignores_a_bad_token(api, pair):
    """A5: by the contract public endpoints ignore invalid tokens."""
    answer = api.get("/api/listings", HTTP_AUTHORIZATION=f"Bearer {pair['refresh']}")
    assert answer.status_code == 200


def test_tokens_of_a_pair_are_as_old_as_each_other(alice):
    """A3: whenever a repeated refresh is answered, the pair is the same."""
    session = Session.objects.create(user=alice)
    at = timezone.now() - timedelta(seconds=5)
    pair = tokens.issue_pair(session, parent="a", at=at)
    issued = {AccessToken(pair["token"])["iat"], RefreshToken(pair["refresh"])["iat"]}
    assert issued == {int(at.timestamp())}


def test_access_token_says_when_it_ends(pair, settings):
    """A7: an access token lives as long as the setting says."""
    token = AccessToken(pair["token"])
    lifetime = settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"].total_seconds()
    assert token["exp"] - token["iat"] == lifetime


# --- The hosts and the keys ----------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "a b", "localhost.evil"]
)
def test_forged_host_is_refused(api, alice, host):
    """A8: no link is built from a foreign Host header."""
    answer = api.as_(alice).get(PROFILE, HTTP_HOST=host)
    assert answer.status_code == 400


def ids(**settings) -> set[str]:
    with override_settings(**settings):
        return {found.id for found in checks.run_checks(include_deployment_checks=True)}


def test_laptop_keys_are_not_for_production(settings):
    """A6: `check --deploy` fails with the keys of a laptop."""
    own = {"SECRET_KEY": "x" * 50, "SIMPLE_JWT": settings.SIMPLE_JWT}
    own["SIMPLE_JWT"] = own["SIMPLE_JWT"] | {"SIGNING_KEY": "y" * 50}
    assert "marketplace.E002" in ids()
    assert "marketplace.E002" not in ids(**own)


def test_use_of_a_session_is_stored_once_a_minute(
    alice, api, django_assert_num_queries
):
    """A write for each request would double its cost."""
    client = api.as_(alice)
    with django_assert_num_queries(2):
        client.get("/api/auth/profile")
    Session.objects.update(last_used_at=timezone.now() - timedelta(seconds=61))
    client.get("/api/auth/profile")
    assert timezone.now() - Session.objects.get().last_used_at < timedelta(seconds=9)
