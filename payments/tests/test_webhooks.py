"""Webhooks of Stripe: who may report what, and how fast they are answered."""

import json
import time

import pytest

from payments.models import ProviderEvent
from payments.providers import get_provider, stripe_calls
from payments.providers.base import Unclear
from tests.live import payment_provider as stub
from tests.live.payment_stub.events import PATHS, SECRETS

pytestmark = pytest.mark.django_db
PLATFORM = PATHS["platform"]


def event(**changes) -> bytes:
    """An event of a type that nothing follows from."""
    about = {"id": "cus_1", "object": "customer"}
    content = {"id": "evt_1", "object": "event", "type": "customer.created"}
    content |= {"created": 1, "livemode": False, "data": {"object": about}}
    return json.dumps(content | changes).encode()


def post(client, body: bytes, signature: str, *, path: str = PLATFORM):
    return client.post(
        path,
        body,
        content_type="application/json",
        headers={"Stripe-Signature": signature} if signature else {},
    )


def signed(body: bytes, **options) -> str:
    return stub.sign(body, SECRETS["platform"], **options)


def flipped(body: bytes) -> bytes:
    return body[:-2] + bytes([body[-2] ^ 1]) + body[-1:]


def test_an_event_is_stored_without_its_snapshot(stripe, client):
    """Neither personal data nor a client secret comes into our database."""
    about = {"id": "pi_1", "object": "payment_intent", "client_secret": "hidden"}
    body = event(type="payment_intent.created", data={"object": about})
    assert post(client, body, signed(body)).status_code == 204
    row = ProviderEvent.objects.get()
    assert (row.type, row.object_id) == ("payment_intent.created", "pi_1")
    assert "hidden" not in json.dumps(row.payload)


BODY = event()
FORGERIES = {
    "missing": (BODY, ""),
    "without a time": (BODY, "v1=00"),
    "forged": (BODY, f"t={int(time.time())},v1={'0' * 64}"),
    "another scheme": (BODY, signed(BODY).replace("v1=", "v0=")),
    "of another secret": (BODY, stub.sign(BODY, "whsec_other")),
    "of another endpoint": (BODY, stub.sign(BODY, SECRETS["connect"])),
    "stale": (BODY, signed(BODY, at=time.time() - 3600)),
    "one flipped byte": (flipped(BODY), signed(BODY)),
    "no text": (b"\xff" + BODY, signed(b"\xff" + BODY)),
    "a signature that is no text": (BODY, f"t={int(time.time())},v1=\u0101"),
    "a time without end": (BODY, f"t={'9' * 5000},v1=00"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_event_is_400_and_stores_nothing(stripe, client, forgery):
    """E1: missing, forged, stale, or one flipped byte."""
    answer = post(client, *FORGERIES[forgery])
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_signature")
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize("age_s", [290, 310])
def test_a_signature_is_valid_for_five_minutes(stripe, client, age_s):
    """E1: stale is older than 300 s."""
    answer = post(client, BODY, signed(BODY, at=time.time() - age_s))
    assert answer.status_code == (204 if age_s < 300 else 400)


@pytest.mark.parametrize("is_live", [True, False])
def test_an_event_of_the_other_mode_is_400(stripe, client, settings, is_live):
    """E1: a test event on a live site, and the reverse."""
    settings.STRIPE_SECRET_KEY = "rk_live_1" if is_live else stub.SECRET
    body = event(livemode=not is_live)
    assert post(client, body, signed(body)).status_code == 400
    assert not ProviderEvent.objects.exists()
    body = event(livemode=is_live)
    assert post(client, body, signed(body)).status_code == 204


@pytest.mark.parametrize("secret", ["whsec_new", SECRETS["platform"]])
def test_two_secrets_are_accepted_during_a_rotation(stripe, client, settings, secret):
    """E1: the old and the new one."""
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", SECRETS["platform"]]
    assert post(client, BODY, stub.sign(BODY, secret)).status_code == 204


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b"{}", b"[" * 5000, event(data=0)])
def test_what_is_signed_and_no_event_is_400(stripe, client, body):
    """E1: never a 500."""
    assert post(client, body, signed(body)).status_code == 400


def test_an_endpoint_without_a_secret_is_not_in_use(stripe, client, settings):
    settings.STRIPE_WEBHOOK_SECRETS = []
    assert post(client, BODY, stub.sign(BODY, "")).status_code == 404


def test_only_post_is_allowed_and_large_bodies_are_refused(stripe, client):
    answer = client.get(PLATFORM)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    large = event(padding="x" * 300_000)
    assert post(client, large, signed(large)).status_code == 413


def test_an_unknown_type_is_stored_and_done(stripe, client, run_jobs):
    """E5: 2xx, and nothing follows; also of a type that the SDK does not know."""
    for number, kind in enumerate(["customer.created", "moon.landed", "odd"]):
        body = event(id=f"evt_{number}", type=kind)
        assert post(client, body, signed(body)).status_code == 204
    run_jobs()
    states = ProviderEvent.objects.values_list("state", flat=True)
    assert list(states) == ["done"] * 3
    assert stripe.requests == []


def test_an_unknown_thin_event_is_stored_and_done(stripe, client, run_jobs):
    """E5: of a type that this version of the SDK has no class for."""
    body = event(object="v2.core.event", type="v2.core.account.flew", created="2026")
    signature = stub.sign(body, SECRETS["accounts"])
    answer = post(client, body, signature, path=PATHS["accounts"])
    run_jobs()
    assert answer.status_code == 204
    assert ProviderEvent.objects.get().state == "done"


def test_a_repeated_event_has_one_row_and_one_effect(held, stripe, deliver, run_jobs):
    """E2: each delivery is answered with 2xx."""
    stripe.dispute(held.intent_id)
    events = stripe.events.take()
    assert set(deliver(events * 10)) == {204}
    run_jobs()
    rows = ProviderEvent.objects.filter(type="charge.dispute.created")
    assert rows.count() == 1
    withdrawn = held.journals.filter(kind="dispute_withdrawn")
    assert withdrawn.count() == 1


def test_an_event_before_our_own_answer_is_matched(pending, stripe, deliver, run_jobs):
    """E4: by the metadata, if the reply of our call has not arrived."""
    pending.calls.update(state="sending", provider_id="")
    type(pending).objects.filter(pk=pending.pk).update(intent_id="")
    stripe.pay(pending.intent_id)
    deliver()
    run_jobs()
    pending.refresh_from_db()
    assert pending.status == "held"
    assert pending.calls.get().state == "done"


@pytest.mark.parametrize(
    "wrong",
    [{"amount_received": 4999}, {"amount_received": 5001}, {"currency": "usd"}],
)
def test_what_does_not_fit_our_record_credits_nothing(
    pending, stripe, go_on, settings, mailoutbox, wrong
):
    """E6: the event is parked, and staff are notified."""
    settings.ALERT_EMAILS = ["staff@market.test"]
    stripe.pay(pending.intent_id)
    stripe.change(pending.intent_id, **wrong)
    go_on()
    pending.refresh_from_db()
    assert (pending.status, pending.charged_cents) == ("pending", 0)
    assert not pending.journals.exists()
    assert ProviderEvent.objects.filter(state="parked").exists()
    assert "Payment mismatch" in {mail.subject for mail in mailoutbox}


def test_charges_of_another_system_are_none_of_ours(stripe, go_on):
    """E6: without our reference, no alert either."""
    other = stripe.store.add("pi", "payment_intent", metadata={}, amount=900)
    other |= {"currency": "eur", "status": "succeeded", "latest_charge": None}
    other |= {"amount_received": 900, "client_secret": "s"}
    stripe.events.emit("payment_intent.succeeded", other)
    go_on()
    assert ProviderEvent.objects.get().state == "done"


def test_objects_of_a_connected_account_are_none_of_ours(held, stripe, go_on):
    """E6: a payee may have charges and disputes of their own."""
    [charge] = stripe.of_kind("charge")
    stripe.events.emit("charge.updated", charge, account="acct_1")
    before = len(stripe.requests)
    go_on()
    assert ProviderEvent.objects.first().state == "done"
    assert len(stripe.requests) == before


def test_a_webhook_stores_and_does_nothing_else(
    stripe, client, django_assert_max_num_queries
):
    """E5: few queries, and no call of the provider, before it is answered."""
    body, before = event(), len(stripe.requests)
    with django_assert_max_num_queries(6):
        assert post(client, body, signed(body)).status_code == 204
    assert len(stripe.requests) == before


def test_the_provider_lists_its_events(held, stripe):
    """What a webhook has lost is found there: the same events, the oldest first."""
    listed = list(get_provider().events(held.created_at.replace(microsecond=0)))
    known = ProviderEvent.objects.filter(endpoint="platform").order_by("id")
    assert [each.id for each in listed] == [row.event_id for row in known]
    assert listed[-1].payload == known.last().payload


def test_a_refused_question_proves_nothing(stripe):
    """E9: only a list that was read to its end proves an absence."""
    params = {"reference": "pay_1", "purpose": "", "intent_id": "pi_none"}
    with pytest.raises(Unclear):
        stripe_calls.find("cancel_intent", params)
