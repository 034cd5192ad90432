"""Races for a name, an address and a sign-in."""

import secrets
import time

from django.conf import settings

from accounts import tokens
from accounts.models import Session, User
from tests.live.contests import contest
from tests.live.contests.cast import PASSWORD, people
from tests.live.stage import Call, Stage


@contest(rounds=1)
def register_one_address(stage: Stage) -> None:
    """A13: the spellings of one e-mail address are one address."""
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
    stage.statuses(stage.at_once(calls), {201: 1, 409: 19})
    rows = User.objects.filter(email=f"karlis.{word}@example.com").count()
    stage.same("rows", rows, 1)


@contest(rounds=1)
def register_one_name(stage: Stage) -> None:
    """Nor does case make two usernames of one."""
    word = f"racer_{secrets.token_hex(4)}"
    calls = [
        Call(
            "POST", "/api/auth/register", body=_joining(name, f"{word}{i}@example.com")
        )
        for i, name in enumerate([word, word.upper(), word.title()] * 5)
    ]
    stage.statuses(stage.at_once(calls), {201: 1, 409: 14})
    stage.same("rows", User.objects.filter(username__iexact=word).count(), 1)


def _joining(username: str, email: str) -> dict:
    return {"username": username, "email": email, "password": PASSWORD}


@contest(rounds=10)
def use_one_refresh_token(stage: Stage) -> None:
    """A3: at most one use succeeds, and never do two children live."""
    pair = tokens.open_session(people(1)[0])
    use = Call("POST", "/api/auth/refresh", body={"refresh": pair["refresh"]})
    answers = stage.at_once([use] * 20)
    won = [answer.data for answer in answers if answer.status == 200]
    stage.same("more than one success", len(won) > 1, False)
    refused = 20 - len(won)
    stage.statuses(answers, {200: len(won), 401: refused})
    profile = [Call("GET", "/api/auth/profile", child["token"]) for child in won]
    alive = [a for a in stage.at_once(profile) if a.is_success] if profile else []
    stage.same("living children", len(alive), 0)  # the replays ended the sign-in
    stage.winners -= len(alive)


@contest(rounds=1)
def guess_a_password(stage: Stage) -> None:
    """A11: of two hundred guesses at once ten are evaluated."""
    person = people(1)[0]
    body = {"email": person.email, "password": "wrong horse battery"}
    _wait_for_a_fresh_window()
    answers = stage.at_once([Call("POST", "/api/auth/login", body=body)] * 200)
    stage.statuses(answers, {401: settings.SIGN_IN_ATTEMPTS, 429: 190})
    stage.same("sign-ins", Session.objects.filter(user=person).count(), 0)


def _wait_for_a_fresh_window() -> None:
    """The counter begins anew at fixed times: do not race across one."""
    window = settings.SIGN_IN_WINDOW_MINUTES * 60
    left = window - time.time() % window
    if left < 30:
        time.sleep(left)
