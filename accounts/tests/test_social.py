"""Signing in with Google and Apple: every claim counts, nobody is linked by chance."""

import json
import threading
import time
from functools import lru_cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.utils import timezone
from jwt.algorithms import RSAAlgorithm

from accounts.models import Session, SocialAccount, TotpDevice, User
from accounts.social import providers
from accounts.tests.factories import PASSWORD, UserFactory, suspend

URL = "/api/auth/social"
GOOGLE, APPLE = "https://accounts.google.com", "https://appleid.apple.com"
pytestmark = pytest.mark.django_db


@lru_cache
def key_of(name):
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Keys(ThreadingHTTPServer):
    """The provider's keys over HTTP; counts who asks."""

    status, asked = 200, 0

    def body(self):
        jwk = json.loads(RSAAlgorithm.to_jwk(key_of("provider").public_key()))
        return json.dumps({"keys": [jwk | {"kid": "one", "alg": "RS256"}]}).encode()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked += 1
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.body())

    def log_message(self, *args):
        pass


@pytest.fixture
def provider(settings):
    server = Keys(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/keys"
    settings.GOOGLE_KEYS_URL = settings.APPLE_KEYS_URL = url
    settings.GOOGLE_CLIENT_IDS, settings.APPLE_CLIENT_IDS = ["web", "app"], ["app"]
    providers._keys_at.cache_clear()
    yield server
    server.shutdown()
    server.server_close()


def token(key="provider", algorithm="RS256", kid="one", **claims):
    now = int(time.time())
    whole = {
        "iss": GOOGLE,
        "aud": "web",
        "sub": "g-1",
        "iat": now,
        "exp": now + 600,
        "nonce": "n-1",
        "email": "Anna@Example.com",
        "email_verified": True,
        "given_name": "Anna",
        "family_name": "Ozola",
    } | claims
    whole = {name: value for name, value in whole.items() if value is not None}
    secret = key_of(key) if algorithm == "RS256" else key
    return jwt.encode(whole, secret, algorithm=algorithm, headers={"kid": kid})


def sign_in(api, id_token, provider="google", nonce="n-1"):
    given = {"provider": provider, "id_token": id_token, "nonce": nonce}
    return api.post(URL, given)


def test_a_new_person_gets_an_account(api, provider):
    answer = sign_in(api, token())
    assert answer.status_code == 201
    body = answer.json()
    assert (body["is_new_user"], body["user"]["email"]) == (True, "anna@example.com")
    user = User.objects.get()
    assert (user.username, user.username_derived) == ("anna_ozola", True)
    assert user.email_confirmed
    assert not user.has_usable_password()
    assert user.sessions.get().method == "google"
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {body['token']}"}
    assert api.get("/api/auth/profile", **bearer).status_code == 200


def test_the_same_person_comes_back(api, provider):
    sign_in(api, token())
    answer = sign_in(api, token(nonce="n-2", email="other@example.com"), nonce="n-2")
    assert (answer.status_code, answer.json()["is_new_user"]) == (200, False)
    assert User.objects.get().email == "anna@example.com"


@pytest.mark.parametrize(
    "forged",
    [
        {"aud": "another client"},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"iss": APPLE},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "s" * 256},
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": 7},
        {"key": "another key"},
        {"kid": "../../etc/passwd"},
        {"kid": "unknown"},
        {"key": None, "algorithm": "none"},
        {"key": "a secret of thirty-two bytes, long", "algorithm": "HS256"},
    ],
    ids=str,
)
def test_a_token_with_a_wrong_part_is_refused(api, provider, forged):
    """A5: 400 and no account."""
    answer = sign_in(api, token(**forged))
    assert (answer.status_code, answer.json()["code"]) == (400, "id_token_invalid")
    assert not User.objects.exists()


def test_the_public_key_is_no_shared_secret(api, provider):
    """A5: RS256 and HS256 are not confused."""
    pem = json.loads(provider.body())["keys"][0]["n"] + "padding" * 9
    forged = token(key=pem, algorithm="HS256")
    assert sign_in(api, forged).json()["code"] == "id_token_invalid"


@pytest.mark.parametrize("damaged", ["x", "a.b.c", "é.é.é", "." * 8000, "e30.e30."])
def test_a_damaged_token_is_refused(api, provider, damaged):
    """A5: without a 500."""
    assert sign_in(api, damaged).json()["code"] == "id_token_invalid"


def test_a_token_is_used_once(api, provider):
    """A5: a copy of a token and its nonce signs nobody in."""
    once = token()
    assert sign_in(api, once).status_code == 201
    assert sign_in(api, once).json()["code"] == "id_token_invalid"
    assert Session.objects.count() == 1


def test_apple_hashes_the_nonce_and_quotes_booleans(api, provider):
    hashed = sha256(b"n-1").hexdigest()
    apple = token(iss=APPLE, aud="app", nonce=hashed, email_verified="true")
    assert sign_in(api, apple, "apple").status_code == 201
    assert SocialAccount.objects.get().provider == "apple"


def test_an_unknown_key_is_looked_for_once_a_minute(api, provider):
    """A5: forged tokens do not make us ask the provider each time."""
    for number in range(5):
        sign_in(api, token(kid=f"unknown{number}"))
    assert provider.asked == 1


def test_a_provider_that_is_away_answers_503(api, provider):
    provider.status = 500
    answer = sign_in(api, token())
    assert (answer.status_code, answer.json()["code"]) == (503, "provider_unavailable")
    assert sign_in(api, token()).status_code == 503
    assert provider.asked == 1


def test_without_client_ids_a_provider_is_off(api):
    answer = sign_in(api, token())
    assert (answer.status_code, answer.json()["code"]) == (403, "provider_off")


@pytest.fixture
def anna(db):
    return UserFactory(username="anna", email="anna@example.com")


@pytest.mark.parametrize("claimed", [False, None, "false", 1])
def test_an_unverified_address_is_nobodys(api, provider, anna, claimed):
    """A13: the account has none, and that of the address is not touched."""
    answer = sign_in(api, token(email_verified=claimed))
    assert answer.status_code == 201
    assert answer.json()["user"]["email"] is None
    assert not anna.social_accounts.exists()


def test_a_known_address_is_linked_only_with_the_password(api, provider, anna):
    """A13: who has the address elsewhere does not have the account."""
    answer = sign_in(api, token())
    body = answer.json()
    assert (answer.status_code, body["code"]) == (403, "link_confirmation_required")
    assert body["methods"] == ["password"]
    wrong = {"challenge": body["challenge"], "password": "wrong"}
    assert api.post(URL, wrong).json()["code"] == "code_wrong"
    assert not anna.social_accounts.exists()
    answer = api.post(URL, wrong | {"password": PASSWORD})
    assert (answer.status_code, answer.json()["user"]["id"]) == (200, anna.pk)
    assert anna.social_accounts.get().subject == "g-1"
    assert sign_in(api, token(nonce="n-2"), nonce="n-2").status_code == 200
    assert api.post(URL, wrong | {"password": PASSWORD}).status_code == 400


def test_a_link_takes_five_guesses(api, provider, anna):
    """A10: then the challenge is burned."""
    challenge = sign_in(api, token()).json()["challenge"]
    guess = {"challenge": challenge, "password": "wrong"}
    codes = [api.post(URL, guess).status_code for _n in range(6)]
    assert codes == [400] * 5 + [429]


def test_an_account_with_an_unconfirmed_address_is_not_linked(api, provider, anna):
    """A13: somebody else may have registered it."""
    User.objects.update(email_confirmed=False)
    assert sign_in(api, token()).json()["code"] == "email_taken"


def test_a_suspended_person_stays_out(api, provider):
    """A2: by any way of signing in."""
    sign_in(api, token())
    suspend(User.objects)
    answer = sign_in(api, token(nonce="n-2"), nonce="n-2")
    assert (answer.status_code, answer.json()["code"]) == (403, "suspended")


def test_a_second_factor_is_asked_for(api, provider, anna):
    """A13: also of a linked account, and for linking."""
    TotpDevice.objects.create(user=anna, seed="x", confirmed_at=timezone.now())
    body = sign_in(api, token()).json()
    assert body["methods"] == ["code"]
    given = {"challenge": body["challenge"], "password": PASSWORD}
    assert api.post(URL, given).status_code == 400
    anna.social_accounts.create(provider="google", subject="g-1")
    answer = sign_in(api, token(nonce="n-2"), nonce="n-2")
    assert answer.json()["code"] == "second_factor_required"


def link(client, id_token):
    given = {"provider": "google", "id_token": id_token, "nonce": "n-1"}
    return client.post(f"{URL}/link", given)


def test_a_signed_in_person_links_and_unlinks(api, provider, alice, run_jobs):
    """A14: notified by e-mail."""
    client = api.as_(alice)
    assert link(client, token()).status_code == 200
    assert sign_in(api, token(nonce="n-2"), nonce="n-2").json()["user"]["id"] == (
        alice.pk
    )
    assert client.delete(f"{URL}/google").status_code == 200
    assert client.delete(f"{URL}/google").status_code == 404
    events = [event.type for event in alice.security_events.all()]
    assert {"social_linked", "social_unlinked"} <= set(events)


def test_an_account_of_another_person_is_not_linked(api, provider, alice, bob):
    bob.social_accounts.create(provider="google", subject="g-1")
    answer = link(api.as_(alice), token())
    assert (answer.status_code, answer.json()["code"]) == (409, "social_linked")


def test_the_last_way_to_sign_in_stays(api, provider):
    user = UserFactory(email=None, password=None)
    user.social_accounts.create(provider="google", subject="g-1")
    answer = api.as_(user).delete(f"{URL}/google")
    assert (answer.status_code, answer.json()["code"]) == (409, "last_sign_in_method")


@pytest.mark.parametrize("method", ["post", "delete"])
def test_linking_needs_a_recent_confirmation(api, provider, alice, method):
    """A14: a stolen token links nothing."""
    client = api.as_(alice)
    Session.objects.update(confirmed_at=timezone.now() - timezone.timedelta(hours=1))
    if method == "post":
        answer = link(client, token())
    else:
        answer = client.delete(f"{URL}/google")
    assert answer.json()["code"] == "confirmation_required"


@pytest.mark.parametrize("name", ["admin", "http://x.lv", "Я", "x" * 500, "\u202e"])
def test_odd_names_make_no_odd_account(api, provider, name):
    """B3: no link and no word of staff in what others read."""
    answer = sign_in(api, token(given_name=name, family_name=name))
    assert answer.status_code == 201
    user = User.objects.get()
    assert "admin" not in user.username
    assert "http" not in user.first_name
