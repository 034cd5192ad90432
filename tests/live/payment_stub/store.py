"""What the stub remembers: objects, a clock that can be moved, and balances."""

import itertools
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from tests.live.payment_stub.errors import missing

DAY_S = 86_400
Object = dict[str, Any]


class Store:
    """Objects by id, in the order in which they were made."""

    def __init__(self, settle_after_s: int = 7 * DAY_S):
        self.lock = threading.RLock()  # the server has a thread for each request
        self.objects: dict[str, Object] = {}
        self.settle_after_s = settle_after_s  # then money of a charge is available
        self.offset_s = 0.0
        self.funds: dict[str, int] = {}  # of connected accounts
        self.settings: dict[str, Object] = {}  # of balances, by account
        self.emit: Callable[..., None] = lambda *args, **kwargs: None
        self._numbers = itertools.count(1)

    # --- The clock --------------------------------------------------------------------
    def now(self) -> int:
        """Return the time of the stub, in seconds."""
        return int(time.time() + self.offset_s)

    def now_text(self) -> str:
        """Return the time of the stub as the API's v2 writes it."""
        return datetime.fromtimestamp(self.now(), UTC).isoformat()

    # --- Objects ----------------------------------------------------------------------
    def add(self, prefix: str, kind: str, **members: Any) -> Object:
        """Make an object with an id that begins with `prefix`."""
        base = {"id": f"{prefix}_{secrets.token_hex(10)}", "object": kind}
        row = base | {"created": self.now(), "livemode": False} | members
        row["_number"] = next(self._numbers)
        self.objects[row["id"]] = row
        return row

    def get(self, object_id: str, kind: str, param: str = "id") -> Object:
        """Return an object of one kind. Raises `ApiError`."""
        row = self.objects.get(object_id)
        if row is None or row["object"] != kind:
            raise missing(object_id, param)
        return row

    def of_kind(self, kind: str) -> Iterator[Object]:
        """Return all objects of a kind, the newest first."""
        rows = [row for row in self.objects.values() if row["object"] == kind]
        return iter(sorted(rows, key=lambda row: -row["_number"]))

    # --- The platform's balance -------------------------------------------------------
    def book(
        self,
        kind: str,
        amount: int,
        source: Object,
        *,
        fee: int = 0,
        available_on: int | None = None,
    ) -> Object:
        """Change the platform's balance; return the balance transaction."""
        return self.add(
            "txn",
            "balance_transaction",
            type=kind,
            amount=amount,
            fee=fee,
            net=amount - fee,
            currency=source["currency"],
            source=source["id"],
            available_on=self.now() if available_on is None else available_on,
        )

    def available(self, currency: str) -> int:
        """Return what can be spent now, in minor units."""
        return self._sum(currency, lambda row: row["available_on"] <= self.now())

    def pending(self, currency: str) -> int:
        """Return what cannot be spent yet, in minor units."""
        return self._sum(currency, lambda row: row["available_on"] > self.now())

    def _sum(self, currency: str, chosen: Callable[[Object], bool]) -> int:
        return sum(
            row["net"]
            for row in self.of_kind("balance_transaction")
            if row["currency"] == currency and chosen(row)
        )


def shown(value: Any) -> Any:
    """Return a copy of an object as the API shows it."""
    if isinstance(value, dict):
        return {k: shown(v) for k, v in value.items() if not k.startswith("_")}
    if isinstance(value, list):
        return [shown(each) for each in value]
    return value


def page(rows: list[Object], params: dict[str, Any], url: str) -> Object:
    """Return a page of a list, as the cursors say: the newest first."""
    created = params.get("created") or {}
    if isinstance(created, dict):
        low, high = created.get("gte", 0), created.get("lte", float("inf"))
        rows = [row for row in rows if low <= row["created"] <= high]
    ids = [row["id"] for row in rows]
    limit = params.get("limit", 10)
    if after := params.get("starting_after"):
        rows = rows[ids.index(after) + 1 :]
    elif before := params.get("ending_before"):
        rows = rows[: ids.index(before)][-limit:]
    data = [shown(row) for row in rows[:limit]]
    return {"object": "list", "data": data, "has_more": len(rows) > limit, "url": url}
