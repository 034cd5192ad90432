"""Requests of somebody who wants the memory of the server: none comes twice."""

import json
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


def send(server: Server, seconds: float, person: dict[str, str]) -> dict[str, int]:
    """Send such requests one after the other; return how many, and how many failed.

    Those that need a sign-in have the headers of `person`. A refusal is no failure: an
    error of the server is, and one of the connection.
    """
    ends, requests, failed = monotonic() + seconds, 0, 0
    connection = server.connect(seconds=20)
    for method, path, headers, body in _requests(person):
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


def _requests(person: dict[str, str]) -> Iterator[Request]:
    """Yield method, path, headers and body, of each kind in turn."""
    drawn = random.Random(1)
    for number in count():
        word = "".join(drawn.choices(string.ascii_lowercase, k=12))
        item = ITEMS[number % len(ITEMS)]
        yield from _reads(f"/api/{item}", word, number, drawn)
        yield from _writes(f"/api/{item}", word, number, person)


def _reads(
    path: str, word: str, number: int, drawn: random.Random
) -> Iterator[Request]:
    place = f"latitude={drawn.uniform(-90, 90)}&longitude={drawn.uniform(-180, 180)}"
    for query in (
        f"search={word}",
        f"search={quote(ODD[number % len(ODD)])}{word}",
        f"search={word * 1_200}",
        f"{place}&radius={number % 20_000}&category={word},{word[:6]}",
        f"{word}={number}&per_page={number}&page={number}",
        f"cursor={word * 40}&attr.{word}_min={number}",
    ):
        yield "GET", f"{path}?{query}", {}, None
    for other, name, value in (
        (f"/api/{word}/{number}", "X-Request-ID", word * 5),
        (f"{path}/{number}", "Accept-Language", f"{word}-{number}"),
        ("/api/auth/profile", "Authorization", f"Bearer {word * 400}"),
    ):
        yield "GET", other, {name: value}, None


def _writes(
    path: str, word: str, number: int, person: dict[str, str]
) -> Iterator[Request]:
    headers = person | {"Content-Type": "application/json"}
    once = headers | {"Idempotency-Key": f"{word}-{number}"}
    favorite = {"item_type": "task", "item_id": 10**12 + number}
    yield "POST", "/api/favorites", once, json.dumps(favorite).encode()
    yield "POST", path, headers, b"[" * DEPTH
    yield "POST", path, headers, word.encode() * (LARGE_BODY // len(word))
