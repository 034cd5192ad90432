"""Events of the stub: kept, signed, and sent late, twice, out of order or never."""

import hashlib
import hmac
import json
import queue
import random
import threading
import time
from dataclasses import dataclass, field
from urllib.error import URLError
from urllib.request import Request, urlopen

from tests.live.payment_stub.store import Object, Store, shown

PATHS = {
    "platform": "/api/payments/webhook",
    "accounts": "/api/payments/webhook/accounts",
    "connect": "/api/payments/webhook/connect",
}
SECRETS = {name: f"whsec_stub_{name}" for name in PATHS}
MAX_TRIES = 5


@dataclass
class Delivery:
    """One event on its way to one endpoint."""

    endpoint: str
    event: Object

    @property
    def path(self) -> str:
        """Where it is sent."""
        return PATHS[self.endpoint]

    @property
    def body(self) -> bytes:
        """The bytes that are signed."""
        return json.dumps(self.event, indent=2).encode()


@dataclass
class Policy:
    """How events are sent to the URL of a site."""

    delay_s: float = 0
    copies: int = 1
    is_shuffled: bool = False
    is_dropped: bool = False


def sign(body: bytes, secret: str, *, at: float = 0) -> str:
    """Return `Stripe-Signature` of a body, signed at `at`, or now."""
    moment = int(at or time.time())
    content = f"{moment}.".encode() + body
    digest = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


@dataclass
class Events:
    """All events, and those that wait to be fetched or sent."""

    store: Store
    site: str = ""  # its URL; without one, a test fetches what waits
    policy: Policy = field(default_factory=Policy)
    waiting: list[Delivery] = field(default_factory=list)
    _queue: "queue.Queue[Delivery | None]" = field(default_factory=queue.Queue)
    _thread: threading.Thread | None = None

    def emit(
        self, kind: str, about: Object, *, account: str = "", is_thin: bool = False
    ) -> None:
        """Keep an event, and send it."""
        make = self._thin if is_thin else self._snapshot
        event = shown(make(kind, about, account))
        endpoint = "accounts" if is_thin else "connect" if account else "platform"
        delivery = Delivery(endpoint, event)
        if not self.site:
            self.waiting.append(delivery)
        elif not self.policy.is_dropped:
            self._queue.put(delivery)

    def _snapshot(self, kind: str, about: Object, account: str) -> Object:
        name = "connect_event" if account else "event"
        content = {"type": kind, "data": {"object": shown(about)}}
        more = {"account": account} if account else {}
        row = self.store.add("evt", name, api_version="", **content, **more)
        return row | {"object": "event"}

    def _thin(self, kind: str, about: Object, account: str) -> Object:
        url = f"/v2/core/accounts/{about['id']}"
        related = {"id": about["id"], "type": about["object"], "url": url}
        row = self.store.add(
            "evt", "v2.core.event", type=kind, context=None, related_object=related
        )
        return row | {"created": self.store.now_text()}

    def take(self) -> list[Delivery]:
        """Return what waits, and forget it."""
        found, self.waiting = self.waiting, []
        return found

    # --- Sending ----------------------------------------------------------------------
    def start(self) -> None:
        """Send events from a thread, until `stop`."""
        self._thread = threading.Thread(target=self._send_all, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what it has not sent is lost."""
        if self._thread:
            self._queue.put(None)
            self._thread.join(timeout=5)

    def _send_all(self) -> None:
        while True:
            batch = [self._queue.get()]
            time.sleep(self.policy.delay_s or 0.05)  # so that several come together
            while not self._queue.empty():
                batch.append(self._queue.get())
            deliveries = [each for each in batch if each] * self.policy.copies
            if self.policy.is_shuffled:
                random.shuffle(deliveries)
            for delivery in deliveries:
                self._send(delivery)
            if None in batch:
                return

    def _send(self, delivery: Delivery) -> None:
        for attempt in range(MAX_TRIES):
            headers = {
                "Content-Type": "application/json",
                "Stripe-Signature": sign(delivery.body, SECRETS[delivery.endpoint]),
            }
            request = Request(self.site + delivery.path, delivery.body, headers)
            try:
                with urlopen(request, timeout=5):
                    return
            except (URLError, OSError):
                time.sleep(0.2 * 2**attempt)
