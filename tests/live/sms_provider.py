"""A stub of Twilio and of Bird over HTTP, for tests and for `make demo-sms`.

It checks every field and header of a request as the provider would, answers like it,
counts the messages, and sends signed callbacks. Nothing here uses code of `sms`.

    with SmsProvider() as provider:
        settings.TWILIO_BASE_URL = provider.url
"""

import hashlib
import hmac
import html
import json
import re
import threading
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

ACCOUNT, TOKEN = "AC" + "0" * 31 + "1", "twilio-token-of-the-stub"
BIRD_KEY, BIRD_SECRET = "bk_stub1_secret", "whsec_" + b64encode(b"s" * 24).decode()
E164 = re.compile(r"\+[1-9][0-9]{7,14}")
TWILIO_PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
BIRD_PATH = "/v1/sms/messages"
SENTENCES = {
    20003: "Authenticate",
    21211: "The 'To' number {to} is not a valid phone number.",
    21408: "Permission to send an SMS has not been enabled for the region of {to}",
    21603: "A 'From' phone number is required.",
    21609: "The 'StatusCallback' URL is not a valid URL.",
    21602: "Message body is required.",
    21610: "Attempt to send to unsubscribed recipient",
    21614: "'To' number is not a valid mobile number: {to}",
    60410: "Verification delivery attempt blocked for {to}",
}
STATUSES = {20003: 401, 60410: 403, 20429: 429}


@dataclass
class Sent:
    """A message that the stub has taken."""

    id: str
    to: str
    text: str
    provider: str
    fields: dict
    at: float = field(default_factory=time.time)


class SmsProvider:
    """The stub, at `url` while the block of `with` runs."""

    def __init__(self, port: int = 0):
        self.messages: list[Sent] = []
        self.requests: list[tuple[str, dict, bytes]] = []  # path, headers, body
        self.fail_with = 0  # an HTTP status from 429 on, or a code of Twilio
        self.go_on = threading.Event()  # cleared: the stub is slow, until it is set
        self.go_on.set()
        self.bird_keys: dict[str, tuple[bytes, Sent]] = {}
        self.lock = threading.Lock()  # the server has a thread for each request
        handler = type("Handler", (_Handler,), {"stub": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> "SmsProvider":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()

    # --- Twilio -----------------------------------------------------------------------
    def twilio(self, headers: dict, body: bytes) -> tuple[int, dict]:
        """Answer a request to send a message, as Twilio does."""
        form = {k: v[0] for k, v in parse_qs(body.decode(), True).items()}
        to, text = form.get("To", ""), form.get("Body", "")
        if code := self._twilio_fault(headers, form):
            return self._twilio_error(code, to)
        sent = Sent("SM" + uuid4().hex, to, text, "twilio", form)
        with self.lock:
            self.messages.append(sent)
        return 201, {
            "sid": sent.id,
            "account_sid": ACCOUNT,
            "to": to,
            "from": form.get("From"),
            "messaging_service_sid": form.get("MessagingServiceSid"),
            "body": text,
            "status": "queued",
            "error_code": None,
            "error_message": None,
            "num_segments": "1",
        }

    def _twilio_fault(self, headers: dict, form: dict) -> int:
        basic = b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if headers.get("authorization") != f"Basic {basic}":
            return 20003
        kind = headers.get("content-type", "")
        if kind != "application/x-www-form-urlencoded" or self.fail_with >= 10_000:
            return self.fail_with or 20001
        known = {"To", "Body", "StatusCallback", "From", "MessagingServiceSid"}
        service = form.get("MessagingServiceSid", "")
        has_sender = bool(form.get("From")) != bool(re.fullmatch(r"MG\w{32}", service))
        url = urlsplit(form.get("StatusCallback", ""))
        checks = {
            21211: E164.fullmatch(form.get("To", "")),
            21602: form.get("Body"),
            21603: has_sender and not (service and "From" in form),
            21609: url.scheme in {"http", "https"} and url.netloc,
            20001: form.keys() <= known,
        }
        return next((code for code, is_right in checks.items() if not is_right), 0)

    def _twilio_error(self, code: int, to: str) -> tuple[int, dict]:
        status = STATUSES.get(code, 400)
        return status, {
            "code": code,
            "message": SENTENCES.get(code, "Bad request").format(to=to),
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }

    def twilio_callback(self, sent: Sent, status: str, **more: str) -> int:
        """Report a status at the URL of the message, signed; return the answer's."""
        form = {"MessageSid": sent.id, "SmsSid": sent.id, "MessageStatus": status}
        form |= {"To": sent.to, "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01"}
        form |= more
        url = sent.fields["StatusCallback"]
        signature = twilio_signature(url, form)
        return post(url, urlencode(form).encode(), {"X-Twilio-Signature": signature})

    # --- Bird -------------------------------------------------------------------------
    def bird(self, headers: dict, body: bytes) -> tuple[int, dict]:
        """Answer a request to send a message, as Bird does."""
        if headers.get("authorization") != f"Bearer {BIRD_KEY}":
            return 401, {"error": {"code": "unauthorized", "message": "Invalid key"}}
        key = headers.get("idempotency-key", "")
        fields = json.loads(body)
        if fault := self._bird_fault(headers, key, fields):
            return 422, {"error": {"code": "validation_error", "message": fault}}
        with self.lock:  # of two requests with one key, the second gets the first's
            earlier, sent = self.bird_keys.get(key, (body, None))
            if earlier != body:
                return 409, {"error": {"code": "idempotency_key_reused"}}
            if sent is None:
                sent = Sent(
                    "sms_" + uuid4().hex, fields["to"], fields["text"], "bird", fields
                )
                self.messages.append(sent)
                self.bird_keys[key] = body, sent
        return 202, {"id": sent.id, "status": "accepted", "to": sent.to}

    def _bird_fault(self, headers: dict, key: str, fields: dict) -> str:
        checks = {
            "content-type": headers.get("content-type") == "application/json",
            "idempotency-key": 0 < len(key) <= 255,
            "to": E164.fullmatch(str(fields.get("to"))),
            "from": fields.get("from"),
            "text": fields.get("text"),
            "category": fields.get("category") == "authentication",
            "unknown": fields.keys() == {"to", "from", "text", "category"},
        }
        return next((name for name, is_right in checks.items() if not is_right), "")

    def bird_callback(self, sent: Sent, status: str, url: str) -> int:
        """Report a status at `url`, signed; return the status of the answer."""
        event = {"type": f"sms.{status}", "data": {"id": sent.id, "to": sent.to}}
        body = json.dumps(event).encode()
        return post(url, body, bird_headers(body))


def twilio_signature(url: str, form: dict[str, str]) -> str:
    """Return `X-Twilio-Signature` of a form that is posted to `url`."""
    text = url + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(TOKEN.encode(), text.encode(), hashlib.sha1).digest()
    return b64encode(digest).decode()


def bird_headers(body: bytes, *, at: float = 0) -> dict[str, str]:
    """Return the headers of a callback of Bird, signed at `at`, or now."""
    name, number = f"evt_{uuid4().hex}", str(int(at or time.time()))
    secret = b64decode(BIRD_SECRET.removeprefix("whsec_"))
    content = f"{name}.{number}.".encode() + body
    digest = hmac.new(secret, content, hashlib.sha256).digest()
    return {
        "webhook-id": name,
        "webhook-timestamp": number,
        "webhook-signature": f"v1,{b64encode(digest).decode()}",
        "Content-Type": "application/json",
    }


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Send a callback; return the status of the answer. Raises `OSError`."""
    with urlopen(Request(url, body, headers), timeout=10) as answer:
        return answer.status


class _Handler(BaseHTTPRequestHandler):
    stub: SmsProvider

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        self.stub.requests.append((self.path, headers, body))
        self.stub.go_on.wait(timeout=30)
        answers = {TWILIO_PATH: self.stub.twilio, BIRD_PATH: self.stub.bird}
        if 429 <= self.stub.fail_with < 600:
            self._answer(self.stub.fail_with, {"message": "Not now"})
        elif self.path in answers:
            self._answer(*answers[self.path](headers, body))
        else:
            self._answer(404, {"code": 20404, "message": "Not found", "status": 404})

    def do_GET(self) -> None:
        rows = "".join(
            f"<tr><td>{time.strftime('%H:%M:%S', time.localtime(sent.at))}"
            f"<td>{html.escape(sent.to)}<td>{html.escape(sent.text)}"
            for sent in reversed(self.stub.messages)
        )
        page = f"<!doctype html><title>SMS</title><table cellpadding=6>{rows}</table>"
        self._write(200, page.encode(), "text/html; charset=utf-8")

    def _answer(self, status: int, body: dict) -> None:
        self._write(status, json.dumps(body).encode(), "application/json")

    def _write(self, status: int, content: bytes, kind: str) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            pass  # the client has given up

    def log_message(self, *args: object) -> None:
        """Log nothing: the messages are the record."""
