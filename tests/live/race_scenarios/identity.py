"""Races for accounts, tokens, codes, recovery codes and text messages."""

import os
import secrets
from collections import Counter
from contextlib import contextmanager
from functools import partial
from threading import Timer

import pyotp
from django.conf import settings
from django.utils import timezone

from accounts import challenges, tokens
from accounts.models import Challenge, Session, TotpDevice, User
from core.encryption import encrypt
from sms.models import SmsCounter, SmsMessage
from tests.live.harness import Call, Harness
from tests.live.race_scenarios import IDENTITY_SCENARIOS, race_scenario
from tests.live.race_scenarios.cast import PASSWORD, people

race = partial(race_scenario, into=IDENTITY_SCENARIOS)
AUTH = "/api/auth"
SENDS = int(os.environ.get("SENDS", 1000))
AT_ONCE = 100  # open connections
WINDOW_PARTS = 2  # two processes without Redis count alone


@race(rounds=50)
def register_one_address_in_many_spellings(harness: Harness) -> None:
    """A13: of twenty parallel registrations with one address, one succeeds."""
    word = secrets.token_hex(4)
    spellings = [
        f"{k}arli{s}.{word}@{domain}"
        for k in ("k", "K", "\N{KELVIN SIGN}")
        for s in ("s", "S", "\N{LATIN SMALL LETTER LONG S}")
        for domain in ("example.com", "EXAMPLE.com", "\uff45xample.com")
    ][:20]
    calls = [
        Call(
            "POST",
            f"{AUTH}/register",
            body={"username": f"{word}_{i}", "email": email, "password": PASSWORD},
        )
        for i, email in enumerate(spellings)
    ]
    answers = harness.send_together(calls)
    found = Counter(answer.status for answer in answers)
    harness.check_equal("created", found[201], 1)
    harness.check_equal("others", set(found) - {201, 400, 409}, set())
    rows = User.objects.filter(username__startswith=word).count()
    harness.check_equal("rows", rows, 1)


@race(rounds=200)
def use_one_refresh_token_from_two_devices(harness: Harness) -> None:
    """A3: twenty parallel uses leave one child, or end the session."""
    session_of = people(1)[0]
    pair = tokens.open_session(session_of)
    use = Call("POST", f"{AUTH}/refresh", body={"refresh": pair["refresh"]})
    answers = harness.send_together([use] * 20)
    children = {answer.data["refresh"] for answer in answers if answer.is_success}
    harness.check_equal("children", len(children), 1)
    harness.check_equal("open", Session.objects.filter(user=session_of).count(), 1)
    harness.winners += 1 - sum(answer.is_success for answer in answers)


@race(rounds=10)
def guess_a_code_a_hundred_times(harness: Harness) -> None:
    """O2: of a hundred parallel guesses five are evaluated."""
    challenge = challenges.create(
        "phone_sign_in", secret="123456", address="+37120000001"
    )
    guess = {"challenge": challenge.key, "code": "654321"}
    calls = [Call("POST", f"{AUTH}/phone/verify", body=guess)] * 100
    codes = Counter(answer.data["code"] for answer in harness.send_together(calls))
    harness.check_equal("answers", codes, {"code_wrong": 5, "code_burned": 95})
    challenge.refresh_from_db()
    harness.check_equal("attempts left", challenge.attempts_left, 0)


@race(rounds=10)
def enter_one_code_twenty_times(harness: Harness) -> None:
    """O1: the right code signs in once."""
    number = _random_number()
    challenge = challenges.create(
        "phone_sign_in", secret="123456", address=number, attempts=20
    )
    body = {"challenge": challenge.key, "code": "123456"}
    calls = [Call("POST", f"{AUTH}/phone/verify", body=body)] * 20
    answers = harness.send_together(calls)
    harness.check_statuses(answers, {201: 1, 400: 19})
    harness.check_equal("owners", User.objects.filter(phone=number).count(), 1)


@race(rounds=5)
def verify_one_number_by_twenty_people(harness: Harness) -> None:
    """O7: a number never has two verified owners."""
    number = _random_number()
    calls = []
    for person in people(20):
        challenge = challenges.create(
            "phone_verify", secret="123456", address=number, user=person
        )
        body = {"challenge": challenge.key, "code": "123456"}
        token = tokens.open_session(person)["token"]
        calls.append(Call("POST", f"{AUTH}/phone/link", token=token, body=body))
    answers = harness.send_together(calls)
    found = Counter(answer.status for answer in answers)
    harness.check_equal("statuses", set(found) - {200, 409}, set())
    owners = User.objects.filter(phone=number, phone_verified=True).count()
    harness.check_equal("owners", owners, 1)


@race(rounds=10)
def use_one_totp_step_twenty_times(harness: Harness) -> None:
    """A code of the authenticator app is accepted once."""
    person, seed = people(1)[0], pyotp.random_base32()
    TotpDevice.objects.create(
        user=person, seed=encrypt(seed), confirmed_at=timezone.now()
    )
    code = pyotp.TOTP(seed).now()
    body = {"email": person.email, "password": PASSWORD, "code": code}
    calls = [Call("POST", f"{AUTH}/login", body=body)] * 20
    answers = harness.send_together(calls)
    found = Counter(answer.status for answer in answers)
    harness.check_equal("signed in", found[200], 1)
    harness.check_equal("others", set(found) - {200, 400, 429}, set())
    harness.check_equal("sessions", Session.objects.filter(user=person).count(), 1)


@race(rounds=3)
def guess_a_second_factor_a_hundred_times(harness: Harness) -> None:
    """Of a hundred parallel guesses at one challenge five are evaluated."""
    person = people(1)[0]
    TotpDevice.objects.create(
        user=person, seed=encrypt(pyotp.random_base32()), confirmed_at=timezone.now()
    )
    body = {"email": person.email, "password": PASSWORD}
    [first] = harness.send_together([Call("POST", f"{AUTH}/login", body=body)])
    harness.check_equal("first", first.data["code"], "second_factor_required")
    guess = {"challenge": first.data["challenge"], "code": "000000"}
    calls = [Call("POST", f"{AUTH}/2fa/verify", body=guess)] * 100
    answers = harness.send_together(calls)
    found = Counter(answer.data["code"] for answer in answers)
    harness.check_equal("evaluated", min(found["code_wrong"], 6), 5)
    harness.check_equal("sessions", Session.objects.filter(user=person).count(), 0)


@race(rounds=1)
def send_a_thousand_messages(harness: Harness) -> None:
    """O4: a thousand sends from a thousand addresses cost the limit of the prefix."""
    _check_sends(harness, 1)


@race(rounds=1)
def send_while_redis_is_killed(harness: Harness) -> None:
    """O4: the limits of messages are rows."""
    with _later(0.5, harness.redis.kill):
        _check_sends(harness, 2)
    harness.redis.start()


@race(rounds=1)
def send_while_redis_is_stopped(harness: Harness) -> None:
    """O4: a Redis that gives no answer opens no limit."""
    harness.redis.freeze()
    try:
        _check_sends(harness, 3)
    finally:
        harness.redis.thaw()


@race(rounds=1)
def guess_passwords_while_redis_is_killed(harness: Harness) -> None:
    """A11: without Redis each process counts alone, and still counts."""
    harness.redis.kill()
    person = people(1)[0]
    body = {"email": person.email, "password": "wrong horse battery"}
    answers = []
    for _round in range(3):
        answers += harness.send_together(
            [Call("POST", f"{AUTH}/login", body=body)] * 40
        )
    evaluated = sum(answer.status == 401 for answer in answers)
    most = WINDOW_PARTS * settings.SIGN_IN_ATTEMPTS
    harness.check_equal(f"{evaluated} evaluated are few", evaluated <= most, True)
    harness.check_equal("statuses", {a.status for a in answers} - {401, 429}, set())
    harness.redis.start()


def _check_sends(harness: Harness, prefix: int) -> None:
    """Send to a hundred numbers of one prefix, from as many addresses as requests."""
    SmsMessage.objects.all().delete()
    SmsCounter.objects.all().delete()
    before = len(harness.sms.messages)
    statuses: Counter[int] = Counter()
    for batch in range(SENDS // AT_ONCE):
        calls = [
            Call(
                "POST",
                f"{AUTH}/phone/start",
                body={"phone": f"+3712{prefix:03d}{i:04d}", "purpose": "sign_in"},
                address=f"10.{prefix}.{batch}.{i}",
            )
            for i in range(AT_ONCE)
        ]
        statuses.update(answer.status for answer in harness.send_together(calls))
    sent = len(harness.sms.messages) - before
    cap = settings.SMS_PER_PREFIX_PER_DAY
    harness.check_equal("messages", sent, cap)
    harness.check_equal("answers", statuses, {202: cap, 429: SENDS - cap})
    stored = Challenge.objects.filter(address__startswith=f"+3712{prefix:03d}")
    addresses = sorted(stored.values_list("address", flat=True))
    harness.check_equal(f"challenges of {addresses}", len(addresses), cap)


def _random_number() -> str:
    """A number of none of the prefixes whose messages are counted."""
    return f"+37129{secrets.randbelow(10**6):06d}"


@contextmanager
def _later(seconds: float, act):
    timer = Timer(seconds, act)
    timer.start()
    try:
        yield
    finally:
        timer.join()
