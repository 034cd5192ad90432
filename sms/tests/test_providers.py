"""Requests and signatures are those of the providers' own libraries."""

import logging
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
from django.http import QueryDict
from django.utils import timezone
from standardwebhooks import Webhook
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from sms import outbox
from sms.exceptions import NumberRefused, SmsUnavailable
from sms.models import SmsMessage
from sms.providers import bird as bird_api
from sms.providers import get_provider, http
from sms.providers import twilio as twilio_api
from sms.providers.base import SendFailed
from sms.tests.conftest import SERVICE
from sms.tests.test_sending import BOB, failure, send
from tests.live import sms_provider as stub

TEXT = "Jūsu kods: 123456 & + = % \n"
FORM = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": BOB, "Body": "ā &+="}


class Redirected(TwilioHttpClient):
    """Twilio's client, whose requests go to the stub."""

    def __init__(self, url: str):
        super().__init__()
        self.url = url

    def request(self, method, url, *args, **more):
        return super().request(
            method, url.replace("https://api.twilio.com", self.url), *args, **more
        )


def seen(request) -> tuple:
    path, headers, body = request
    form = sorted(parse_qsl(body.decode(), strict_parsing=True))
    return path, headers["authorization"], headers["content-type"], form


@pytest.mark.parametrize("service", ["", SERVICE])
def test_request_is_that_of_the_library_of_twilio(twilio, settings, service):
    """O8: path, credentials, type and fields, with either kind of sender."""
    settings.TWILIO_MESSAGING_SERVICE_SID = service
    ours = get_provider().send(BOB, TEXT, "key", 7)
    client = Client(stub.ACCOUNT, stub.TOKEN, http_client=Redirected(twilio.url))
    sender = (
        {"messaging_service_sid": service} if service else {"from_": "+37120000000"}
    )
    callback = "https://market.test/api/sms/twilio/status?message=7"
    theirs = client.messages.create(
        to=BOB, body=TEXT, status_callback=callback, **sender
    )
    assert seen(twilio.requests[0]) == seen(twilio.requests[1])
    assert [sent.id for sent in twilio.messages] == [ours, theirs.sid]
    assert twilio.messages[0].text == TEXT


@pytest.mark.parametrize(
    "site",
    ["https://market.test", "http://localhost:8000", "https://market.test:8443"],
)
def test_signature_is_that_of_the_library_of_twilio(twilio, settings, site):
    """O10: also of fields that are given twice, and of a query."""
    settings.SITE_URL = site
    form = QueryDict("b=2&a=1&b=1&b=2&c=%C4%81", mutable=True)
    for path in ("/api/sms/twilio/status", "/api/sms/twilio/status?a=b"):
        wanted = RequestValidator(stub.TOKEN).compute_signature(site + path, form)
        assert twilio_api.is_signed(path, form, wanted)
        assert not twilio_api.is_signed(f"{path}/", form, wanted)
    form["b"] = "3"
    assert not twilio_api.is_signed(path, form, wanted)


def test_the_stub_signs_as_the_library_of_twilio():
    """O10: so that its callbacks prove something."""
    url = "https://market.test/api/sms/twilio/status"
    validator = RequestValidator(stub.TOKEN)
    assert validator.validate(url, FORM, stub.twilio_signature(url, FORM))


def test_request_to_bird(bird):
    """O8: what its description asks for; the stub refuses anything else."""
    message_id = get_provider().send(BOB, TEXT, "phone:1", 7)
    [(path, headers, _body)] = bird.requests
    assert path == "/v1/sms/messages"
    assert headers["idempotency-key"] == "phone:1"
    assert headers["authorization"] == f"Bearer {stub.BIRD_KEY}"
    assert [(sent.id, sent.text) for sent in bird.messages] == [(message_id, TEXT)]


def test_bird_sends_a_repeated_key_once(bird):
    """O8."""
    first = get_provider().send(BOB, TEXT, "phone:1", 7)
    assert get_provider().send(BOB, TEXT, "phone:1", 7) == first
    assert len(bird.messages) == 1


def test_host_of_bird_is_that_of_the_region(settings):
    settings.BIRD_BASE_URL, settings.BIRD_API_KEY = "", "bk_eu1_abc"
    assert bird_api.base_url() == "https://eu1.platform.bird.com"
    settings.BIRD_BASE_URL = "https://bird.test"
    assert bird_api.base_url() == "https://bird.test"
    settings.BIRD_BASE_URL, settings.BIRD_API_KEY = "", "bk_evil.test/_abc"
    with pytest.raises(SendFailed) as failed:
        bird_api.provider.send(BOB, TEXT, "key", 7)
    assert failed.value.nothing_was_sent


def test_signature_is_that_of_the_library_of_standard_webhooks(bird):
    """O10."""
    at, body = datetime(2026, 11, 2, tzinfo=UTC), '{"text": "ā"}'
    wanted = Webhook(stub.BIRD_SECRET).sign("evt_1", at, body)
    number = str(int(at.timestamp()))
    assert bird_api.sign("evt_1", number, body.encode()).decode() == wanted


def test_the_stub_signs_as_the_library_of_standard_webhooks():
    """O10: so that its callbacks prove something."""
    body = b'{"type": "sms.delivered"}'
    Webhook(stub.BIRD_SECRET).verify(body, stub.bird_headers(body))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "error"),
    [(400, NumberRefused), (422, NumberRefused), (401, SmsUnavailable)],
)
def test_refusal_of_bird_is_one_of_the_number_or_of_ours(
    bird, monkeypatch, status, error
):
    """O8: a wrong key of ours is no fault of the number."""
    answer = status, {"error": {"code": "x", "message": BOB}}
    monkeypatch.setattr(bird, "bird", lambda headers, body: answer)
    assert failure(error).nothing_was_sent
    assert SmsMessage.objects.get().error == f"HTTP {status}"


@pytest.mark.django_db
def test_wrong_credentials_are_no_fault_of_the_number(twilio, settings):
    """O8."""
    settings.TWILIO_AUTH_TOKEN = "old"
    assert failure(SmsUnavailable).nothing_was_sent


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"[" * 100_000])
def test_answer_that_is_no_json_is_an_empty_one(twilio, monkeypatch, body):
    """O8: the message was taken all the same."""

    def answer(self, status, _body):
        self._write(status, body, "application/json")

    monkeypatch.setattr(stub._Handler, "_answer", answer)
    assert http.post(f"{twilio.url}{stub.TWILIO_PATH}", data={}).body == {}
    monkeypatch.setattr(twilio, "twilio", lambda headers, body: (201, {}))
    assert get_provider().send(BOB, TEXT, "key", 7) == ""


# --- Without a provider ---------------------------------------------------------------


@pytest.mark.django_db
def test_without_a_provider_a_developer_finds_the_code_in_a_file(settings, caplog):
    """A15: and never in the log."""
    caplog.set_level(logging.DEBUG)
    settings.DEBUG = True
    send()
    [message] = outbox.sent()
    assert (message["to"], message["text"]) == (BOB, "Your code: 123456")
    assert "+3712123…" in caplog.text
    assert [word for word in (BOB, "123456") if word in caplog.text] == []


@pytest.mark.django_db
def test_in_production_the_console_writes_no_code_anywhere(settings, caplog):
    """A15."""
    send()
    assert outbox.sent() == []
    assert "nobody receives it" in caplog.text


def test_old_messages_of_a_development_machine_are_deleted(settings, monkeypatch):
    monkeypatch.setattr(outbox, "MAX_KEPT", 2)
    for number in range(4):
        outbox.write(BOB, str(number))
    assert [message["text"] for message in outbox.sent()] == ["3", "2"]


def test_time_of_a_signature_is_limited(bird):
    """O10: 300 seconds before and after; no number is no time."""
    body, now = b"{}", timezone.now()
    for seconds, is_right in ((-290, True), (290, True), (-310, False), (310, False)):
        headers = stub.bird_headers(body, at=now.timestamp() + seconds)
        assert bird_api.is_signed(headers, body, at=now) is is_right
    for number in ("", "soon", "-1", "1e9", "²", "9" * 400):
        headers = stub.bird_headers(body) | {"webhook-timestamp": number}
        assert not bird_api.is_signed(headers, body, at=now)


def test_one_of_several_signatures_of_bird_is_enough(bird, settings):
    """O10: while the secret is rotated; not one of another version, or none."""
    body = b"{}"
    headers = stub.bird_headers(body)
    right = headers["webhook-signature"]
    for given, is_right in (
        (f"v1,b2xk {right}", True),
        (f"{right} v1,b2xk", True),
        (right.replace("v1,", "v2,"), False),
        ("v1,", False),
        ("", False),
        ("ā", False),
    ):
        own = headers | {"webhook-signature": given}
        assert bird_api.is_signed(own, body, at=timezone.now()) is is_right
    for secret in ("", "whsec_", "whsec_ā"):
        settings.BIRD_WEBHOOK_SECRET = secret
        assert not bird_api.is_signed(headers, body, at=timezone.now())
