"""Sign-in: errors, attempt limits, and that accounts cannot be enumerated."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher

from accounts.tests.factories import PASSWORD, UserFactory
from core.addresses import client_network
from core.api import throttling

LOGIN = "/api/auth/login"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def still_clock(monkeypatch):
    """No window of a limit ends in the middle of a test."""
    monkeypatch.setattr(throttling.time, "time", lambda: 1_900_000_000)


def sign_in(api, email, password=PASSWORD, **headers):
    return api.post(LOGIN, {"email": email, "password": password}, **headers)


@pytest.fixture
def hashings(monkeypatch):
    """A list that grows by one with each password that is hashed."""
    seen, encode = [], MD5PasswordHasher.encode

    def counted(self, password, salt):
        seen.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return seen


@pytest.fixture(params=["unknown", "wrong", "suspended", "without a password"])
def refused_email(request):
    if request.param == "suspended":
        return UserFactory(suspended=True).email
    if request.param == "without a password":
        return UserFactory(password=None).email
    return UserFactory().email if request.param == "wrong" else "nobody@example.com"


def test_every_error_is_the_same(api, refused_email):
    """A1: the error is the same for known and unknown addresses."""
    answer = sign_in(api, refused_email, "not the password")
    assert answer.status_code == 401
    assert answer.json() == {
        "error": "Wrong e-mail or password.",
        "code": "bad_credentials",
        "fields": {},
    }


def test_every_error_takes_the_same_work(api, refused_email, hashings):
    """A1: one password is hashed, whether the address is known or not."""
    hashings.clear()
    sign_in(api, refused_email, "not the password")
    assert len(hashings) == 1


def test_suspended_user_with_the_password_gets_the_reason(api):
    """A1: only with the right password (403)."""
    answer = sign_in(api, UserFactory(suspended=True).email)
    assert answer.status_code == 403
    assert answer.json()["code"] == "suspended"


def test_email_signs_in_in_any_spelling(api):
    """A13: case, width and spaces are ignored."""
    UserFactory(email="person@example.com")
    assert sign_in(api, " PERSON@Example.com").status_code == 200


def test_eleventh_attempt_waits(api, alice):
    """A10: ten failures, then 429 with Retry-After, even for the right password."""
    for _attempt in range(10):
        assert sign_in(api, alice.email, "wrong").status_code == 401
    answer = sign_in(api, alice.email)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 15 * 60


def test_unknown_address_is_limited_alike(api):
    """A10: the limit is the same for known and unknown addresses."""
    codes = [sign_in(api, "nobody@example.com").status_code for _ in range(11)]
    assert codes == [401] * 10 + [429]


def test_spellings_of_an_address_share_their_attempts(api, alice):
    """A10: another spelling gains no attempt."""
    for spelling in ("alice@example.com", "ALICE@example.com") * 5:
        sign_in(api, spelling, "wrong")
    assert sign_in(api, " Alice@Example.COM ").status_code == 429


def test_success_clears_the_count(api, alice):
    for _attempt in range(9):
        sign_in(api, alice.email, "wrong")
    sign_in(api, alice.email)
    assert sign_in(api, alice.email, "wrong").status_code == 401


def test_attacker_elsewhere_does_not_lock_the_owner_out(api, alice):
    """A10, A12: attempts are counted by account and address."""
    for _attempt in range(11):
        sign_in(api, alice.email, "wrong", REMOTE_ADDR="203.0.113.9")
    assert sign_in(api, alice.email).status_code == 200


def test_forged_forwarding_gains_no_attempt(api, alice):
    """A10: without a trusted proxy X-Forwarded-For is ignored."""
    forged = [{"HTTP_X_FORWARDED_FOR": f"198.51.100.{n}"} for n in range(50)]
    codes = [sign_in(api, alice.email, "x", **h).status_code for h in forged]
    assert codes == [401] * 10 + [429] * 40


def test_forged_forwarding_behind_a_proxy_gains_no_attempt(api, alice, settings):
    """A10: only the entry of the trusted proxy counts."""
    settings.TRUSTED_PROXIES = 1
    forged = [
        {"HTTP_X_FORWARDED_FOR": f"198.51.100.{n}, 203.0.113.9"} for n in range(15)
    ]
    codes = [sign_in(api, alice.email, "x", **h).status_code for h in forged]
    assert codes == [401] * 10 + [429] * 5


@pytest.mark.parametrize(
    ("hops", "forwarded", "address"),
    [
        (0, "198.51.100.1", "203.0.113.9"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "spoofed, 198.51.100.1", "198.51.100.1"),
        (2, "spoofed, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (2, "198.51.100.1", "203.0.113.9"),
        (1, "", "203.0.113.9"),
        (1, "2001:db8::1:2:3:4", "2001:db8::/64"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
        (1, "x" * 1000, "x" * 64),
    ],
)
def test_address_is_that_of_the_trusted_proxy(rf, settings, hops, forwarded, address):
    """A10: a client cannot use up the attempts of another address."""
    settings.TRUSTED_PROXIES = hops
    headers = {"HTTP_X_FORWARDED_FOR": forwarded, "REMOTE_ADDR": "203.0.113.9"}
    assert client_network(rf.get("/", **headers)) == address


def test_guesses_at_the_current_password_are_counted(api, alice):
    """A10: a stolen token does not allow endless guesses."""
    signed_in = api.as_(alice)
    guess = {"current_password": "wrong", "new_password": "another fine one"}
    codes = {signed_in.post("/api/auth/password", guess).status_code for _ in "x" * 10}
    assert codes == {403}
    assert signed_in.post("/api/auth/password", guess).status_code == 429


def test_no_secret_is_logged(api, caplog):
    """A15: neither passwords nor tokens are in the log."""
    caplog.set_level("DEBUG")
    person = {
        "username": "person",
        "email": "a@example.com",
        "password": "s3cret-w0rds",
    }
    tokens = api.post("/api/auth/register", person).json()
    sign_in(api, "a@example.com", "wr0ng-w0rds")
    api.post("/api/auth/refresh", {"refresh": tokens["refresh"]})
    api.get("/api/auth/profile", HTTP_AUTHORIZATION=f"Bearer {tokens['token']}x")
    assert "/api/auth/register" in caplog.text
    secrets = ("s3cret-w0rds", "wr0ng-w0rds", tokens["refresh"], tokens["token"])
    assert [secret for secret in secrets if secret in caplog.text] == []
