"""Races for a username, an e-mail address, a refresh token and sign-in attempts."""

import secrets

from django.conf import settings

from accounts import tokens
from accounts.models import Session, User
from tests.live.harness import Call, Harness
from tests.live.race_scenarios import race_scenario
from tests.live.race_scenarios.cast import PASSWORD, people


@race_scenario(rounds=1)
def register_one_address(harness: Harness) -> None:
    """A13: spellings of one e-mail address that differ in case are one address."""
    word = secrets.token_hex(4)
    spellings = [
        f"{k}arli{s}.{word}@{domain}"
        for k in ("k", "K", "\N{KELVIN SIGN}")
        for s in ("s", "S", "\N{LATIN SMALL LETTER LONG S}")
        for domain in ("example.com", "EXAMPLE.com", "Example.Com")
    ]
    calls = [
        Call("POST", "/api/auth/register", body=_joining(f"{word}_{i}", email))
        for i, email in enumerate(spellings[:20])
    ]
    harness.check_statuses(harness.send_together(calls), {201: 1, 409: 19})
    rows = User.objects.filter(email=f"karlis.{word}@example.com").count()
    harness.check_equal("rows", rows, 1)


@race_scenario(rounds=1)
def register_one_name(harness: Harness) -> None:
    """Usernames that differ in case only are one username."""
    word = f"racer_{secrets.token_hex(4)}"
    calls = [
        Call(
            "POST", "/api/auth/register", body=_joining(name, f"{word}{i}@example.com")
        )
        for i, name in enumerate([word, word.upper(), word.title()] * 5)
    ]
    harness.check_statuses(harness.send_together(calls), {201: 1, 409: 14})
    harness.check_equal("rows", User.objects.filter(username__iexact=word).count(), 1)


def _joining(username: str, email: str) -> dict:
    return {"username": username, "email": email, "password": PASSWORD}


@race_scenario(rounds=10)
def use_one_refresh_token(harness: Harness) -> None:
    """A3: all uses at once from one device get the same pair."""
    pair = tokens.open_session(people(1)[0])
    use = Call("POST", "/api/auth/refresh", body={"refresh": pair["refresh"]})
    answers = harness.send_together([use] * 20)
    harness.check_statuses(answers, {200: 20})
    children = {answer.data["refresh"] for answer in answers}
    harness.check_equal("pairs", len(children), 1)
    harness.winners -= 19  # one pair was issued


@race_scenario(rounds=1)
def guess_a_password(harness: Harness) -> None:
    """A11: of 60 concurrent guesses, 10 are evaluated.

    As many as one process lets wait for their turn to compute.
    """
    person = people(1)[0]
    body = {"email": person.email, "password": "wrong horse battery"}
    answers = harness.send_together([Call("POST", "/api/auth/login", body=body)] * 60)
    harness.check_statuses(answers, {401: settings.SIGN_IN_ATTEMPTS, 429: 50})
    harness.check_equal("sign-ins", Session.objects.filter(user=person).count(), 0)
