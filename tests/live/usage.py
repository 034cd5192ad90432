"""What people do, over HTTP alone, while a script takes a backup or upgrades."""

import itertools
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import requests

from tests.live.contract.client import Answer, Caller
from tests.live.contract.market import PASSWORD, Market, photo

PAUSE_S = 0.05  # between two actions of a person
JOIN_S = 60
CONVERSATIONS = "/api/messages/conversations"
ATTACHMENTS = "/api/messages/attachments"
READS = (
    *("/api/tasks", "/api/listings?search=velosiped", "/api/offerings?per_page=5"),
    *("/api/map?bbox=20,50,30,60&zoom=8", "/api/helpers", "/api/categories"),
    *("/api/auth/profile", "/api/notifications", CONVERSATIONS, "/api/favorites"),
)


class Refused(Exception):
    """A request was not answered with 2xx. It is noted; the action begins anew."""


class Usage:
    """Four people who use the server at `url` while the block runs.

    `done` counts the actions by name, `faults` lists each request that failed.
    """

    def __init__(self, url: str):
        self.url = url
        self.market = Market(url)
        self.done: Counter[str] = Counter()
        self.faults: list[str] = []
        self._over = threading.Event()
        self._numbers = itertools.count()
        self._threads: list[threading.Thread] = []

    def start(self, action: Callable[["Usage"], None]) -> None:
        """Do `action` again and again, in a thread, until the block ends."""
        self.done[action.__name__] += 0  # the keys stay: other threads read them
        thread = threading.Thread(target=self._repeat, args=(action,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _repeat(self, action: Callable[["Usage"], None]) -> None:
        while not self._over.is_set():
            self.once(action)
            self._over.wait(PAUSE_S)

    def once(self, action: Callable[["Usage"], None]) -> None:
        """Do `action` and count it."""
        with suppress(Refused):
            action(self)
            self.done[action.__name__] += 1

    def person(self, name: str) -> Caller:
        """One of the four or "anyone", on a connection of the calling thread's own."""
        one = getattr(self.market, name)
        return Caller(self.url, lambda answer: None, one.token, one.user)

    def ask(self, caller: Caller, method: str, path: str, **more) -> Answer:
        """Send a request; note it and raise `Refused` if it is not answered by 2xx."""
        try:
            answer = caller.request(method, path, **more)
        except requests.RequestException as error:
            fault = f"{method} {path}: {type(error).__name__}"
        else:
            if 200 <= answer.status < 300:
                return answer
            fault = f"{method} {path}: {answer.status} {answer.content[:200]!r}"
        self.faults.append(fault)
        raise Refused(fault)

    def number(self) -> int:
        return next(self._numbers)

    def __enter__(self):
        for action in ACTIONS:
            self.start(action)
        return self

    def __exit__(self, *failure):
        self._over.set()
        for thread in self._threads:
            thread.join(JOIN_S)


def read(usage: Usage) -> None:
    """The lists, the map, and what belongs to a person."""
    carol = usage.person("carol")
    for path in READS:
        usage.ask(carol, "GET", path)


def register(usage: Usage) -> None:
    """Another person joins, signs in again and is seen."""
    anyone, form = usage.person("anyone"), usage.market.newcomer("new")
    number = usage.number()
    form |= {"username": f"new{number}_{usage.market.run}"}
    form |= {"email": f"new{number}.{usage.market.run}@example.com"}
    usage.ask(anyone, "POST", "/api/auth/register", json=form)
    signing_in = {"email": form["email"], "password": PASSWORD}
    found = usage.ask(anyone, "POST", "/api/auth/login", json=signing_in).body
    usage.ask(anyone, "GET", f"/api/auth/users/{found['user']['id']}")


def deal(usage: Usage) -> None:
    """A task of Alice that Bob does, from its posting to both reviews."""
    alice, bob = usage.person("alice"), usage.person("bob")
    form = usage.market.task_form(title=f"Salikt skapi {usage.number()}")
    task = usage.ask(alice, "POST", "/api/tasks", json=form).body["task"]
    path = f"/api/tasks/{task['id']}"
    applied = usage.ask(bob, "POST", f"{path}/apply", json={"message": "Varu."}).body
    accept = f"{path}/applications/{applied['application']['id']}/accept"
    usage.ask(alice, "POST", accept)
    usage.ask(bob, "POST", f"{path}/mark-done")
    usage.ask(alice, "POST", f"{path}/confirm")
    for reviewer, reviewed, rating in ((alice, bob, 5), (bob, alice, 4)):
        form = {"reviewed_user_id": reviewed.id, "rating": rating, "content": "Labi"}
        usage.ask(reviewer, "POST", "/api/reviews", json=form | {"task_id": task["id"]})


def converse(usage: Usage) -> None:
    """Carol writes to Mallory, who reads and answers with a private picture."""
    carol, mallory = usage.person("carol"), usage.person("mallory")
    form = {"user_id": mallory.id, "message": f"Sveiki {usage.number()}"}
    found = usage.ask(carol, "POST", CONVERSATIONS, json=form).body["conversation"]
    path = f"{CONVERSATIONS}/{found['id']}/messages"
    usage.ask(mallory, "GET", path)
    sent = usage.ask(mallory, "POST", ATTACHMENTS, files=small_photo(usage.number()))
    answer = {"content": "Jā", "attachment_ids": [sent.body["attachment"]["id"]]}
    usage.ask(mallory, "POST", path, json=answer)


def small_photo(number: int) -> dict:
    """The form of an upload; its picture has a colour of its own."""
    content = photo((number % 255, 9, 99), (64, 48))
    return {"file": ("a.png", content, "image/png")}


def post_with_picture(usage: Usage) -> None:
    """Mallory uploads a picture and posts a listing that shows it."""
    mallory, number = usage.person("mallory"), usage.number()
    file = small_photo(number)
    url = usage.ask(mallory, "POST", "/api/uploads", files=file).body["url"]
    form = usage.market.listing_form(images=url, title=f"Velosipēds {number}, 2 m²")
    form["location"] = "Brīvības iela 12, Rīga"  # of which the street is private
    listing = usage.ask(mallory, "POST", "/api/listings", json=form).body["listing"]
    usage.ask(mallory, "GET", f"/api/listings/{listing['id']}")
    usage.ask(mallory, "PUT", f"/api/listings/{listing['id']}", json={"price": 7})


def mark(usage: Usage) -> None:
    """Carol marks the newest listing as a favorite."""
    carol = usage.person("carol")
    rows = usage.ask(carol, "GET", "/api/listings?per_page=1").body
    rows = rows["listings"] if isinstance(rows, dict) else rows
    for row in rows:
        form = {"item_type": "listing", "item_id": row["id"]}
        usage.ask(carol, "POST", "/api/favorites", json=form)


ACTIONS = (read, register, deal, converse, post_with_picture, mark)


def wait(is_so: Callable[[], bool], *, seconds: float) -> None:
    """Wait until `is_so()`, for `seconds` at most."""
    until = time.monotonic() + seconds
    while not is_so() and time.monotonic() < until:
        time.sleep(0.05)


def report(what: str, faults: list[str]) -> int:
    """Print the faults; return how many there are."""
    for fault in faults[:20]:
        print(f"{what}: {fault}", file=sys.stderr)
    return len(faults)
