"""Requests of somebody who wants the memory of the server: none comes twice."""

import random
import string
from collections.abc import Iterator
from http.client import HTTPException
from itertools import count
from time import monotonic
from urllib.parse import quote

from tests.live.server import Server

ITEMS = ("tasks", "listings", "offerings")
ODD = ("\u202e", "\u0000", "\U0001f600", "\ufdfa", "a\u0301" * 50)
LARGE_BODY, DEPTH = 300_000, 20_000
Request = tuple[str, str, dict[str, str], bytes | None]


def send(server: Server, seconds: float) -> dict[str, int]:
    """Send such requests one after the other; return how many, and how many failed.

    A refusal is no failure: an error of the server is, and one of the connection.
    """
    ends, requests, failed = monotonic() + seconds, 0, 0
    connection = server.connect(seconds=20)
    for method, path, headers, body in _requests():
        if monotonic() > ends:
            break
        requests += 1
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            # 503: the search is too slow, which is a refusal.
            failed += answer.status >= 500 and answer.status != 503
        except (OSError, HTTPException):
            # The server closes what it refuses to read, in the middle of a body.
            failed += body is None
            connection.close()
    connection.close()
    return {"requests": requests, "failed": failed}


def _requests() -> Iterator[Request]:
    """Yield method, path, headers and body, of each kind in turn."""
    drawn = random.Random(1)
    for number in count():
        word = "".join(drawn.choices(string.ascii_lowercase, k=12))
        item = ITEMS[number % len(ITEMS)]
        latitude, longitude = drawn.uniform(-90, 90), drawn.uniform(-180, 180)
        json = {"Content-Type": "application/json", "Authorization": f"Bearer {word}"}
        yield "GET", f"/api/{item}?search={word}", {}, None
        yield (
            "GET",
            f"/api/{item}?search={quote(ODD[number % len(ODD)])}{word}",
            {},
            None,
        )
        around = f"latitude={latitude}&longitude={longitude}&radius={number % 20_000}"
        yield "GET", f"/api/{item}?{around}&category={word},{word[:6]}", {}, None
        yield (
            "GET",
            f"/api/{item}?{word}={number}&per_page={number}&page={number}",
            {},
            None,
        )
        yield (
            "GET",
            f"/api/{item}?cursor={word * 40}&attr.{word}_min={number}",
            {},
            None,
        )
        yield "GET", f"/api/{item}?search={word * 1_200}", {}, None
        yield "GET", f"/api/{word}/{number}", {"X-Request-ID": word * 5}, None
        yield (
            "GET",
            f"/api/{item}/{number}",
            {"Accept-Language": f"{word}-{number}"},
            None,
        )
        yield (
            "GET",
            "/api/auth/profile",
            {"Authorization": f"Bearer {word * 400}"},
            None,
        )
        yield (
            "DELETE",
            f"/api/{item}/{10**17 + number}",
            {"Idempotency-Key": word},
            None,
        )
        yield "POST", f"/api/{item}", json, b"[" * DEPTH
        yield "POST", f"/api/{item}", json, word.encode() * (LARGE_BODY // len(word))
