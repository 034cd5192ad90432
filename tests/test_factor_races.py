"""Codes of the second factor, many at once, on PostgreSQL with real threads."""

from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from threading import Barrier

import pytest
from django.db import connection

from accounts.second_factor import checking, recovery, totp
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.factors import code, enable, wrong_code
from conftest import Api

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="needs PostgreSQL: row locks"
    ),
]
LOGIN, VERIFY = "/api/auth/login", "/api/auth/2fa/verify"


def at_once(number: int, work) -> list:
    """The results of `work(n)`, called by as many threads at the same moment."""
    barrier = Barrier(number)

    def run(n):
        barrier.wait()
        try:
            return work(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


@pytest.fixture(autouse=True)
def unlimited(monkeypatch, settings):
    """Without the limit per account: the rows alone have to hold."""
    monkeypatch.setattr("accounts.attempts.MAX_CODE_FAILURES", 10_000)
    settings.THROTTLE = False


@pytest.fixture
def alice():
    return UserFactory(username="alice")


def test_one_code_at_once_is_accepted_once():
    """A3: twenty requests with the code of one time step open one session."""
    alice = UserFactory(username="alice")
    enable(alice)
    body = {"email": alice.email, "password": PASSWORD, "code": code()}
    statuses = at_once(20, lambda _n: Api().post(LOGIN, body).status_code)
    assert sorted(statuses) == [200] + [400] * 19
    assert alice.sessions.count() == 1


def test_one_recovery_code_at_once_is_accepted_once(alice):
    """A3: twenty requests with one recovery code open one session."""
    [given, *_others] = enable(alice)
    body = {"email": alice.email, "password": PASSWORD, "code": given}
    statuses = at_once(20, lambda _n: Api().post(LOGIN, body).status_code)
    assert sorted(statuses) == [200] + [400] * 19
    assert recovery.count_left(alice) == 9


def test_of_a_hundred_guesses_at_once_five_are_compared(alice, monkeypatch):
    """A11, O2: an attempt is spent before the comparison."""
    enable(alice)
    body = {"email": alice.email, "password": PASSWORD}
    challenge = Api().post(LOGIN, body).json()["challenge"]
    compared = []

    def accept(*args):
        compared.append(args)
        return real(*args)

    real = checking.accept
    monkeypatch.setattr(checking, "accept", accept)
    guess = {"challenge": challenge, "code": wrong_code()}
    statuses = at_once(25, lambda _n: [post(guess) for _ in range(4)])
    assert len(compared) == 5
    assert sorted(chain(*statuses)) == [400] * 5 + [429] * 95


def post(guess):
    return Api().post(VERIFY, guess).status_code


def test_new_challenges_at_once_gain_no_guesses(alice, monkeypatch):
    """A11: a hundred guesses with the password compare ten codes."""
    monkeypatch.setattr("accounts.attempts.MAX_CODE_FAILURES", 10)
    enable(alice)
    seen = []

    def matches(*args):
        seen.append(args)
        return real(*args)

    real = totp.matches
    monkeypatch.setattr(totp, "matches", matches)
    body = {"email": alice.email, "password": PASSWORD, "code": wrong_code()}
    statuses = at_once(20, lambda _n: [login(body) for _ in range(5)])
    assert len(seen) <= 10 * len(totp.WINDOW)
    assert sorted(chain(*statuses))[:10] == [400] * 10


def login(body):
    return Api().post(LOGIN, body).status_code
