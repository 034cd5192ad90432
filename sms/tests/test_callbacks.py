"""Providers report what became of a message; nobody else does, and nothing twice."""

import json
from urllib.parse import urlencode

import pytest

from sms.models import SmsMessage
from sms.tests.test_sending import BOB, send
from tests.live import sms_provider as stub

pytestmark = pytest.mark.django_db
TWILIO, BIRD = "/api/sms/twilio/status", "/api/sms/bird/status"
FORM_TYPE = "application/x-www-form-urlencoded"


def report(client, form: dict, *, path: str = TWILIO, signature: str | None = None):
    """Post a callback of Twilio; signed, unless another signature is given."""
    if signature is None:
        signature = stub.twilio_signature(f"https://market.test{path}", form)
    headers = {"X-Twilio-Signature": signature}
    return client.post(path, urlencode(form), content_type=FORM_TYPE, headers=headers)


def of(status: str, **more: str) -> dict:
    sid = SmsMessage.objects.get().provider_id
    return {"MessageSid": sid, "MessageStatus": status, "To": BOB} | more


def status() -> str:
    return SmsMessage.objects.get().status


def event(client, kind: str, *, headers: dict | None = None, **data):
    """Post an event of Bird; signed, unless other headers are given."""
    data = {"id": SmsMessage.objects.get().provider_id} | data
    body = json.dumps({"type": f"sms.{kind}", "data": data}).encode()
    headers = headers or stub.bird_headers(body)
    return client.post(BIRD, body, content_type="application/json", headers=headers)


def test_delivery_is_recorded(client, twilio):
    """O10."""
    send()
    assert report(client, of("delivered")).status_code == 204
    message = SmsMessage.objects.get()
    assert message.status == "delivered"
    assert message.delivered_at


@pytest.mark.parametrize("signature", ["", "d3Jvbmc=", "ā"])
def test_wrong_signature_is_403_and_changes_nothing(client, twilio, signature):
    """O10: in the one shape of errors."""
    send()
    answer = report(client, of("delivered"), signature=signature)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert status() == "sent"


def test_signature_of_another_url_is_403(client, twilio):
    """O10: of another path, another host, and with a query added."""
    send()
    form = of("delivered")
    ours = f"https://market.test{TWILIO}"
    for url in (f"{ours}?a=b", f"https://evil.test{TWILIO}", f"{ours}/"):
        wrong = stub.twilio_signature(url, form)
        assert report(client, form, signature=wrong).status_code == 403
    right = stub.twilio_signature(ours, form)
    assert (
        report(client, form, path=f"{TWILIO}?a=b", signature=right).status_code == 403
    )


def test_changed_field_is_403(client, twilio):
    """O10: one signature is good for one form."""
    send()
    signature = stub.twilio_signature(f"https://market.test{TWILIO}", of("sent"))
    assert report(client, of("delivered"), signature=signature).status_code == 403


def test_replays_change_nothing(client, twilio):
    """O10."""
    send()
    for _ in range(2):
        report(client, of("delivered"))
        first = SmsMessage.objects.values().get()
    assert SmsMessage.objects.values().get() == first


@pytest.mark.parametrize(
    ("reports", "end"),
    [
        (["delivered", "sent", "queued", "failed"], "delivered"),
        (["undelivered", "delivered"], "failed"),
        (["queued", "sending", "sent"], "sent"),
        (["nonsense", ""], "sent"),
    ],
)
def test_statuses_only_move_forwards(client, twilio, reports, end):
    """O10: whatever order the callbacks arrive in."""
    send()
    for name in reports:
        assert report(client, of(name)).status_code == 204
    assert status() == end


def test_failed_delivery_names_the_code(client, twilio):
    """O10: and counts as sent: it was paid for."""
    send()
    report(client, of("undelivered", ErrorCode="30003"))
    message = SmsMessage.objects.get()
    assert (message.failure, message.error) == ("undelivered", "Twilio 30003")
    assert not message.nothing_was_sent


@pytest.mark.parametrize(
    ("name", "end"), [("delivered", "delivered"), ("undelivered", "failed")]
)
def test_report_before_the_answer_is_recorded(client, twilio, name, end):
    """O10: the URL of the report names the row, and the answer changes nothing."""
    message = send()
    SmsMessage.objects.update(
        status="sending", provider_id="", sent_at=None, text="encrypted"
    )
    form = {"MessageSid": message.provider_id, "MessageStatus": name}
    url = twilio.messages[0].fields["StatusCallback"]
    path = url.removeprefix("https://market.test")
    assert report(client, form, path=path).status_code == 204
    message = SmsMessage.objects.get()
    assert (message.status, message.text, message.provider_id) == (
        end,
        "",
        form["MessageSid"],
    )
    assert message.sent_at  # it counts for the conversion of its prefix


@pytest.mark.parametrize("own", ["", "0", "-1", "9" * 30, "x", "%00"])
def test_report_of_another_row_is_404(client, twilio, own):
    """O10: also one whose message has another SID."""
    message = send()
    for number in (own, message.pk):
        path = f"{TWILIO}?message={number}"
        form = of("delivered", MessageSid="SMother")
        assert report(client, form, path=path).status_code == 404
    assert status() == "sent"


@pytest.mark.parametrize("sid", ["", "SMunknown", "SM\0"])
def test_unknown_message_is_404(client, twilio, sid):
    """O10: a signed one."""
    send()
    answer = report(client, of("delivered", MessageSid=sid))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_message_of_another_provider_is_unknown(client, twilio):
    """O10."""
    send()
    SmsMessage.objects.update(provider="bird")
    assert report(client, of("delivered")).status_code == 404


@pytest.mark.parametrize(
    ("name", "answer"), [("delivered", "delivered"), ("failed", "failed")]
)
def test_event_of_bird_is_recorded(client, bird, name, answer):
    """O10."""
    send()
    assert event(client, name).status_code == 204
    assert event(client, "delivered").status_code == 204
    assert status() == answer


def test_status_of_bird_may_stand_in_the_data(client, bird):
    """O10."""
    send()
    assert event(client, "updated", status="DELIVERED").status_code == 204
    assert status() == "delivered"


def test_event_of_bird_with_a_wrong_signature_is_403(client, bird):
    """O10: of another body, too old, or without a signature."""
    send()
    for headers in (
        stub.bird_headers(b"{}"),
        stub.bird_headers(b"{}") | {"webhook-signature": ""},
        {"webhook-id": "evt_1"},
    ):
        assert event(client, "delivered", headers=headers).status_code == 403
    assert status() == "sent"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b'{"data": []}'])
def test_signed_event_without_a_message_is_taken(client, bird, body):
    """O10: of other kinds of events; Bird would send a refused one again."""
    headers = stub.bird_headers(body)
    answer = client.post(BIRD, body, content_type="application/json", headers=headers)
    assert answer.status_code == (400 if body == b"" else 204)


def test_only_the_provider_in_use_has_callbacks(client, twilio, settings):
    """O10."""
    assert client.post(BIRD, b"{}", content_type="application/json").status_code == 404
    settings.SMS_PROVIDER = "console"
    assert client.post(TWILIO, {}).status_code == 404


def test_other_methods_are_405(client, twilio):
    """O10."""
    answer = client.get(TWILIO)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"x=" + b"1" * 20_000, 413),
        (b"&".join(b"a=1" for _ in range(2000)), 400),
        (b"a=%FF\xff\x00", 403),
        (b"", 403),
    ],
)
def test_odd_bodies_are_refused(client, twilio, body, code):
    """O10: a large one is not read."""
    answer = client.post(TWILIO, body, content_type=FORM_TYPE)
    assert answer.status_code == code
    assert set(answer.json()) == {"error", "code", "fields"}
