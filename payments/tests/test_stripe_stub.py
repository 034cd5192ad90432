"""The stub of Stripe is as strict as Stripe: otherwise the other tests show little."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.live import payment_provider as stub
from tests.live.payment_stub import params

INTENT = "amount=5000&currency=eur"


def ask(running, path: str, body: str | None = None, **headers: str) -> dict:
    """Send a request; return the answer, with its status."""
    headers = {
        "Authorization": f"Bearer {stub.SECRET}",
        "Stripe-Version": "2026",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    if body and body.startswith("{"):
        headers["Content-Type"] = "application/json"
    request = Request(running.url + path, body and body.encode(), headers)
    try:
        with urlopen(request, timeout=5) as answer:
            return json.loads(answer.read()) | {"http": answer.status}
    except HTTPError as error:
        return json.loads(error.read())["error"] | {"http": error.code}


@pytest.fixture
def running():
    with stub.PaymentProvider() as provider:
        yield provider


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("currency=eur", "parameter_missing"),
        (f"{INTENT}&colour=red", "parameter_unknown"),
        (f"{INTENT}&allowed_payment_method_types[0]=card&metadata[a]=b", None),
        ("amount=a&currency=eur", "parameter_invalid"),
        (f"{INTENT}&confirm=perhaps", "parameter_invalid"),
        (f"{INTENT}&payment_method_options[card][colour]=red", "parameter_unknown"),
    ],
)
def test_calls_are_checked_by_the_types_of_the_sdk(running, body, code):
    answer = ask(running, "/v1/payment_intents", body)
    assert answer.get("code") == code
    assert answer["http"] == (400 if code else 200)


def test_a_call_without_a_valid_key_is_401(running):
    answer = ask(running, "/v1/payment_intents", INTENT, Authorization="Bearer sk_no")
    assert answer["http"] == 401


def test_forms_are_decoded_as_the_sdk_encodes_them():
    found = params.decode_form("a[b]=1&a[c][0]=x&a[c][1]=y&d=")
    assert found == {"a": {"b": "1", "c": ["x", "y"]}, "d": ""}


def test_a_key_is_forgotten_after_a_day(running):
    """E9: from then on it makes a second object."""
    answers = []
    for hours in (0, 23, 2):
        running.advance(hours * 3600)
        answers.append(ask(running, "/v1/payment_intents", INTENT, idempotency_key="k"))
    assert answers[0]["id"] == answers[1]["id"] != answers[2]["id"]


def test_a_transfer_without_its_charge_needs_available_money(running):
    """Fact: card money is pending for days; with its charge it can be sent at once."""
    account = running.store.add("acct", "v2.core.account", _status="active")
    account |= {"_disconnected": False}
    intent = ask(running, "/v1/payment_intents", INTENT)
    charge = running.pay(intent["id"])["latest_charge"]
    body = f"amount=4000&currency=eur&destination={account['id']}"
    assert ask(running, "/v1/transfers", body)["code"] == "balance_insufficient"
    of_charge = f"{body}&source_transaction={charge}"
    assert ask(running, "/v1/transfers", of_charge)["http"] == 200
    assert ask(running, "/v1/transfers", of_charge)["code"] == "balance_insufficient"


def test_another_process_controls_it_over_http(running):
    """The names under /_stub/ are those of its methods."""
    intent = ask(running, "/v1/payment_intents", INTENT)["id"]
    assert ask(running, "/_stub/pay", json.dumps({"intent": intent}))["http"] == 200
    found = ask(running, f"/v1/payment_intents/{intent}?expand[0]=latest_charge")
    assert (found["status"], found["latest_charge"]["object"]) == (
        "succeeded",
        "charge",
    )
    with urlopen(running.url) as page:
        assert intent in page.read().decode()


@pytest.fixture
def site():
    """A site that takes every event; it ends with the test."""
    received: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(json.loads(body)["type"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.received = received
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({}, 4),
        ({"copies": 3, "is_shuffled": True}, 12),
        ({"delay_s": 0.3}, 4),
        ({"is_dropped": True}, 0),
    ],
    ids=["each once", "several times in any order", "late", "never"],
)
def test_events_are_sent_as_the_policy_says(site, policy, expected):
    """E2, E3: late, twice, out of order, or never."""
    url = f"http://127.0.0.1:{site.server_port}"
    with stub.PaymentProvider(site=url) as running:
        vars(running.events.policy).update(policy)
        running.pay(ask(running, "/v1/payment_intents", INTENT)["id"])
        deadline = time.monotonic() + 30
        while len(site.received) < expected and time.monotonic() < deadline:
            time.sleep(0.02)
    assert len(site.received) == expected
    if expected:
        assert "payment_intent.succeeded" in site.received
