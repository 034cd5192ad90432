"""Measure sign-in, tokens and phone codes: `make bench-identity`.

Serves this code and that of the last release (`OLD=` names a commit) on databases of
their own, asks them in turn, and prints one line of JSON per figure. Times are medians
in milliseconds, for one request at a time over one open connection.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from statistics import median

import django

from accounts.tests.factories import suspend
from tests.live.bounds import end_within
from tests.live.database import migrate, scratch_database
from tests.live.server import environment_with, manage, serve
from tests.live.sms_provider import ACCOUNT, TOKEN, SmsProvider
from tests.live.upgrade import extract, find_release

MAX_RUN_SECONDS = 900
TRIES = int(os.environ.get("TRIES", 200))
BURST = 50  # requests to one server before the other's turn
MORE_THAN_ALL = "1000000"


def main() -> int:
    end_within(MAX_RUN_SECONDS)
    server_url = os.environ["DATABASE_URL"]
    with ExitStack() as stack:
        url = stack.enter_context(scratch_database(server_url))
        old = scratch_database(server_url, template="template1")
        old_url = stack.enter_context(old)
        provider = stack.enter_context(SmsProvider())
        environment = _environment(url, provider.url)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="old-")))
        extract(find_release(os.environ.get("OLD", "")), folder / "code")
        old_environment = environment | {"DATABASE_URL": old_url}
        migrate(environment)
        old_root = folder / "code"
        manage(old_environment, "migrate", "--verbosity", "0", root=old_root)
        new = stack.enter_context(serve(environment, workers=1))
        old = stack.enter_context(serve(old_environment, workers=1, root=old_root))
        unhashed = {"DJANGO_SETTINGS_MODULE": "tests.live.fast_passwords"}
        fast = stack.enter_context(serve(environment | unhashed, workers=1))
        os.environ["DJANGO_SETTINGS_MODULE"] = "marketplace.development"
        os.environ.update(environment_with(environment))
        django.setup()
        for figure in _figures(new, old, fast):
            print(json.dumps(figure), flush=True)
    return 0


def _environment(url: str, provider_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": url,
        "REDIS_URL": "",
        "THROTTLE": "0",
        "LOG_LEVEL": "ERROR",
        "SIGN_IN_ATTEMPTS": MORE_THAN_ALL,
        "SIGN_IN_ATTEMPTS_PER_ADDRESS": MORE_THAN_ALL,
        "SIGN_IN_ATTEMPTS_PER_ACCOUNT": MORE_THAN_ALL,
        "SMS_PER_DAY": MORE_THAN_ALL,
        "SMS_PER_PREFIX_PER_DAY": MORE_THAN_ALL,
        "SMS_PER_NETWORK_PER_DAY": MORE_THAN_ALL,
        "SMS_PER_DEVICE_PER_DAY": MORE_THAN_ALL,
        "SMS_PROVIDER": "twilio",
        "TWILIO_BASE_URL": provider_url,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": "+37120000000",
    }


def _figures(new, old, fast) -> Iterator[dict]:
    yield _reads(new, old)
    yield from _sign_ins(new)
    yield _failures(fast)
    yield _phones(new)


class Client:
    """One open connection to a server."""

    def __init__(self, server):
        self._http = server.connect()

    def ms(self, method: str, path: str, body=None, *, status: int, token="") -> float:
        """Return the milliseconds of a request. Raises for another status."""
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        payload = None if body is None else json.dumps(body)
        began = time.perf_counter()
        self._http.request(method, path, payload, headers)
        response = self._http.getresponse()
        content = response.read()
        elapsed = time.perf_counter() - began
        if response.status != status:
            raise RuntimeError(f"{method} {path}: {response.status} {content[:300]!r}")
        self.data = json.loads(content)
        return 1000 * elapsed


def _reads(new, old) -> dict:
    """A signed-in GET, now and before, in bursts in turn."""
    clients = {"new": Client(new), "old": Client(old)}
    body = {"username": "reader", "email": "reader@example.com"}
    body |= {"password": "correct horse battery"}
    signed_in = {}
    for name, client in clients.items():
        client.ms("POST", "/api/auth/register", body, status=201)
        signed_in[name] = client.data["token"]
    times: dict[str, list[float]] = {"new": [], "old": []}
    for name, _ in zip(cycle(clients), range(2 * TRIES // 5), strict=False):
        times[name] += [
            clients[name].ms(
                "GET", "/api/auth/profile", status=200, token=signed_in[name]
            )
            for _ in range(BURST)
        ]
    return _ratio("signed-in GET", times["new"], "before", times["old"], most=1.05)


def _sign_ins(new) -> Iterator[dict]:
    import pyotp
    from django.contrib.auth.hashers import check_password, make_password
    from django.utils import timezone

    from accounts.models import TotpDevice, User
    from core.encryption import encrypt

    password = "correct horse battery"
    encoded, seed = make_password(password), pyotp.random_base32()
    names = ("known", "suspended", "protected")
    User.objects.bulk_create(
        User(username=name, email=f"{name}@example.com", password=encoded)
        for name in names
    )
    suspend(User.objects.filter(username="suspended"))
    protected = User.objects.get(username="protected")
    TotpDevice.objects.create(
        user=protected, seed=encrypt(seed), confirmed_at=timezone.now()
    )
    client = Client(new)

    def login(name: str, *, status: int, **more) -> float:
        body = {"email": f"{name}@example.com", "password": password} | more
        return client.ms("POST", "/api/auth/login", body, status=status)

    def hasher() -> float:
        began = time.perf_counter()
        assert check_password(password, encoded)
        return 1000 * (time.perf_counter() - began)

    def with_factor() -> float:
        TotpDevice.objects.update(last_step=0)  # each step is accepted once
        return login("protected", status=200, code=pyotp.TOTP(seed).now())

    wrong = {"password": "wrong horse battery"}
    times = _in_turn(
        {
            "hasher": hasher,
            "sign-in": lambda: login("known", status=200),
            "with factor": with_factor,
            "known": lambda: login("known", status=401, **wrong),
            "unknown": lambda: login("nobody", status=401, **wrong),
            "banned": lambda: login("suspended", status=401, **wrong),
        }
    )
    alone = times["hasher"]
    yield _ratio("sign-in", times["sign-in"], "hasher alone", alone, most=1.1)
    yield _ratio(
        "sign-in with second factor", times["with factor"], "hasher alone", alone, 1.15
    )
    yield _spread("failed sign-in", times, ("known", "unknown", "banned"))


def _failures(fast) -> dict:
    """Failed sign-ins without the time of hashing, in which a difference would drown.

    Each of them hashes once: `accounts/tests/test_sign_in.py` counts.
    """
    from django.contrib.auth.hashers import MD5PasswordHasher

    from accounts.models import User

    encoded = MD5PasswordHasher().encode("correct horse battery", "salt")
    User.objects.bulk_create(
        User(username=name, email=f"{name}@example.com", password=encoded)
        for name in ("quick", "quicksuspended")
    )
    suspend(User.objects.filter(username="quicksuspended"))
    client = Client(fast)

    def fail(name: str) -> Callable[[], float]:
        body = {"email": f"{name}@example.com", "password": "wrong horse battery"}
        return lambda: client.ms("POST", "/api/auth/login", body, status=401)

    times = _in_turn(
        {
            "known": fail("quick"),
            "unknown": fail("nobody"),
            "banned": fail("quicksuspended"),
        }
    )
    return _spread(
        "failed sign-in without the hash", times, ("known", "unknown", "banned")
    )


def _phones(new) -> dict:
    from django.utils import timezone

    from accounts.models import User

    known = [f"+3712000{i:04d}" for i in range(TRIES)]
    User.objects.bulk_create(
        User(
            username=f"owner{i}",
            email=f"owner{i}@example.com",
            phone=number,
            phone_verified=True,
            phone_used_at=timezone.now(),
        )
        for i, number in enumerate(known)
    )
    client = Client(new)
    unknown = iter([f"+3712001{i:04d}" for i in range(TRIES)])
    owned = iter(known)

    def start(numbers: Iterator[str]) -> Callable[[], float]:
        return lambda: client.ms(
            "POST",
            "/api/auth/phone/start",
            {"phone": next(numbers), "purpose": "sign_in"},
            status=202,
        )

    times = _in_turn({"known": start(owned), "unknown": start(unknown)})
    return _spread("phone/start", times, ("known", "unknown"))


def _in_turn(measures: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Take each measure `TRIES` times, one after the other."""
    times: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(TRIES):
        for name, measure in measures.items():
            times[name].append(measure())
    return times


def _ratio(what: str, ours: list, other: str, others: list, most: float) -> dict:
    ratio = median(ours) / median(others)
    return {
        "what": what,
        "median_ms": round(median(ours), 2),
        other: round(median(others), 2),
        "ratio": round(ratio, 3),
        "asked": most,
        "holds": ratio <= most,
    }


def _spread(what: str, times: dict[str, list[float]], names: tuple) -> dict:
    medians = {name: round(median(times[name]), 2) for name in names}
    spread = max(medians.values()) - min(medians.values())
    return {
        "what": what,
        "tries_each": TRIES,
        **medians,
        "spread_ms": round(spread, 2),
        "asked_ms": 10,
        "holds": spread <= 10,
    }


if __name__ == "__main__":
    sys.exit(main())
