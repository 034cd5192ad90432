"""A stub of Stripe over HTTP, for tests and for `make demo-stripe`.

It keeps objects, balances and a clock of its own, checks each request by the typed
parameters of the SDK, and sends signed events. Nothing here uses code of `payments`.

    with PaymentProvider() as provider:
        settings.STRIPE_API_BASE = provider.url
        provider.pay(intent_id)
        for delivery in provider.events.take(): ...

The same can be done from another process: `POST /_stub/pay` with `{"intent": "pi_…"}`.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.live.payment_stub import faults, intents, pages, params, routes
from tests.live.payment_stub.accounts import KIND
from tests.live.payment_stub.errors import ApiError
from tests.live.payment_stub.events import SECRETS, Events, sign
from tests.live.payment_stub.idempotency import Answer, Keys
from tests.live.payment_stub.store import DAY_S, Store, shown

__all__ = ["DAY_S", "PUBLISHABLE", "RESTRICTED", "SECRET", "SECRETS", "sign"]
SECRET, RESTRICTED = "sk_test_stub", "rk_test_stub"
PUBLISHABLE = "pk_test_stub"
RETRY_AFTER_S = 7


class PaymentProvider:
    """The stub, at `url` while the block of `with` runs.

    `site` is the URL to which events are sent; without one they wait in `events`.
    """

    def __init__(
        self, port: int = 0, *, site: str = "", settle_after_s: int = 7 * DAY_S
    ):
        self.store = Store(settle_after_s)
        self.events = Events(self.store, site)
        self.store.emit = self.events.emit
        self.keys = Keys(self.store)
        self.faults = faults.Faults()
        self.requests: list[tuple[str, str, dict]] = []  # method, path, parameters
        self.needs_cards = True  # unless the platform is approved for transfers alone
        handler = type("Handler", (_Handler,), {"stub": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> "PaymentProvider":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        if self.events.site:
            self.events.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.events.stop()
        self.server.shutdown()
        self.server.server_close()

    def __getattr__(self, name: str) -> Any:
        """`stub.pay(…)` is what /_stub/pay does."""
        if name not in routes.CONTROLS:
            raise AttributeError(name)
        return lambda *args, **kwargs: self.control(name, *args, **kwargs)

    def control(self, name: str, *args: Any, **kwargs: Any) -> dict:
        """Let something happen; return the object."""
        with self.store.lock:
            return shown(routes.CONTROLS[name](self.store, *args, **kwargs))

    def advance(self, seconds: float) -> None:
        """Move the clock: money settles, refunds are paid, keys are forgotten."""
        with self.store.lock:
            self.store.offset_s += seconds
            intents.pay_out_refunds(self.store)

    def fail(self, **fault: Any) -> None:
        """Let the next request go wrong: members of `Fault`."""
        self.faults.add(**fault)

    def of_kind(self, kind: str) -> list[dict]:
        """Return all objects of a kind, the newest first."""
        with self.store.lock:
            return [shown(row) for row in self.store.of_kind(kind)]

    # --- Requests ---------------------------------------------------------------------
    def answer(self, method: str, path: str, headers: dict, body: str) -> Answer:
        """Answer a request of the API. Raises `ApiError`."""
        url = urlsplit(path)
        self._check_headers(headers)
        given = self._params(url.path, headers, body if body else url.query)
        self.requests.append((method, url.path, given))
        shape, handler, ids = routes.find(method, url.path)
        call = routes.Call(
            store=self.store,
            params=params.check(given, shape),
            account=headers.get("stripe-account", ""),
            path=url.path,
            base=self.url,
            needs_cards=self.needs_cards,
            ids=ids,
        )
        fault = self.faults.next(method, url.path)
        key = headers.get("idempotency-key", "") if method == "POST" else ""
        request = f"{method} {path} {call.account} {body}"
        if key and (first := self.keys.begin(key, request)):
            return self._replied(fault, first)
        answer, is_kept = None, False
        try:
            answer, is_kept = self._carry_out(handler, call, fault)
        finally:
            if key:
                self.keys.end(key, request, answer if is_kept else None)
        return self._replied(fault, answer)

    def _carry_out(
        self, handler: routes.Handler, call: routes.Call, fault: faults.Fault
    ) -> tuple[Answer, bool]:
        """Return the answer, and whether a repeated key gets it too."""
        try:
            faults.before(fault)
            with self.store.lock:
                row = handler(call)
                names = call.params.get("expand", [])
                return (200, shown(routes.expand(self.store, row, names))), True
        except ApiError as error:
            return (error.status, error.body), error.is_kept

    def _replied(self, fault: faults.Fault, answer: Answer) -> Answer:
        if fault.is_lost:
            raise ConnectionAbortedError
        return answer

    def _check_headers(self, headers: dict) -> None:
        key = headers.get("authorization", "").removeprefix("Bearer ")
        if key not in (SECRET, RESTRICTED):
            raise ApiError(401, "invalid_api_key", kind="authentication_error")
        if "stripe-version" not in headers:
            raise ApiError(400, "missing_version")

    def _params(self, path: str, headers: dict, text: str) -> dict[str, Any]:
        is_json = headers.get("content-type", "").startswith("application/json")
        if is_json and text.startswith("{"):
            return json.loads(text)
        return params.decode_form(text)


class _Handler(BaseHTTPRequestHandler):
    stub: PaymentProvider

    def do_GET(self) -> None:
        if self.path == "/":
            with self.stub.store.lock:
                page = pages.front(self.stub.store)
            self._write(200, page, "text/html; charset=utf-8")
        elif self.path.startswith("/_stub/onboard/"):
            row = self.stub.store.get(self.path.rpartition("/")[2], KIND)
            self._write(200, pages.onboarding(row), "text/html; charset=utf-8")
        else:
            self._api("GET", "")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        if self.path.startswith("/_stub/"):
            self._control(self.path.removeprefix("/_stub/"), body)
        else:
            self._api("POST", body)

    def _api(self, method: str, body: str) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            status, content = self.stub.answer(method, self.path, headers, body)
        except ApiError as error:
            status, content = error.status, error.body
        except ConnectionAbortedError:
            self.close_connection = True
            return  # the reply is lost
        self._write(status, json.dumps(content))

    def _control(self, name: str, body: str) -> None:
        is_form = "urlencoded" in self.headers.get("content-type", "")
        form = {key: values[0] for key, values in parse_qs(body).items()}
        given = form if is_form else json.loads(body or "{}")
        try:
            content = self._do(name, given)
        except ApiError as error:
            self._write(error.status, json.dumps(error.body))
            return
        if is_form:
            self._redirect(content)
        else:
            self._write(200, json.dumps(content))

    def _do(self, name: str, given: dict) -> Any:
        if name == "advance":
            return self.stub.advance(given["seconds"])
        if name == "fail":
            return self.stub.fail(**given)
        if name == "policy":
            vars(self.stub.events.policy).update(given)
            return given
        if name == "events":
            return [vars(each) for each in self.stub.events.take()]
        if name not in routes.CONTROLS:
            raise ApiError(404, "unknown_control")
        return self.stub.control(name, **given)

    def _redirect(self, content: Any) -> None:
        row = self.stub.store.objects.get(content["id"], {})
        self.send_response(303)
        self.send_header("Location", row.get("_return_url") or "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _write(self, status: int, text: str, kind: str = "application/json") -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text.encode())))
            self.send_header("Request-Id", "req_stub")
            if status == 429:
                self.send_header("Retry-After", str(RETRY_AFTER_S))
            self.end_headers()
            self.wfile.write(text.encode())
        except OSError:
            pass  # the client has given up

    def log_message(self, *args: object) -> None:
        """Log nothing: the requests are the record."""
