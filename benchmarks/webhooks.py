"""The webhook of payments beside one that only inserts a row."""

import json
import time

from benchmarks import report
from benchmarks.bare_urls import PATH
from benchmarks.writes import timed
from tests.live.payment_stub.events import sign
from tests.live.server import Server


def intake(server: Server, secret: str, *, rounds: int, count: int) -> dict:
    """Return the ratio of the times of both webhooks, one request after the other.

    Both pass the same server, middleware and connection, and store the same columns of
    one event. The webhook of payments also verifies the signature, looks for an event
    of this id, and queues the job that processes it, in one transaction.
    """
    from payments.models import ProviderEvent

    ours, bare = [], []
    stored = ProviderEvent.objects.filter(event_id__startswith="evt_bench")
    connection = server.connect()
    for number in range(rounds):
        both: tuple[list[float], list[float]] = ([], [])
        for each in range(count):
            body = _event(f"evt_bench_{number}_{each}")
            signed = {"Stripe-Signature": sign(body, secret)}
            paths = (("/api/payments/webhook", signed), (PATH, {}))
            for times, (path, headers) in zip(both, paths, strict=True):
                times.append(timed(connection, path, body, headers, status=204))
        ours.append(both[0])
        bare.append(both[1])
    connection.close()
    if stored.count() != 2 * rounds * count:
        raise RuntimeError(f"{stored.count()} of {2 * rounds * count} are stored")
    stored.delete()  # nobody has to process them
    return report.time_ratio("webhook : insert of a row", ours, bare, most=2)


def _event(name: str) -> bytes:
    """Return an event of a type that nothing follows from."""
    content = {"id": name, "object": "event", "type": "customer.created"}
    about = {"id": f"cus_{name}", "object": "customer", "email": "a@example.com"}
    content |= {
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": about},
    }
    return json.dumps(content).encode()
