"""Calls of Stripe: lost replies, repeated keys, refusals, and what is looked up."""

import logging
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from payments import carrying, outbox, services
from payments.models import ProviderCall
from payments.providers import get_provider, stripe_client
from payments.providers.base import Rejected, Unclear
from tests.live.payment_provider import DAY_S, RETRY_AFTER_S

pytestmark = pytest.mark.django_db
INTENT = {
    "reference": "pay_0123456789",
    "purpose": "",
    "amount_cents": 5000,
    "currency": "EUR",
    "title": "Clean the windows",
    "subject": "task:7",
}


def send(kind="create_intent", key="key-1", **changes):
    return get_provider("stripe").send(kind, INTENT | changes, key)


def call_of(payment, kind) -> ProviderCall:
    return payment.calls.filter(kind=kind).first()


def carry_again(call: ProviderCall) -> ProviderCall:
    """Carry a call out whose outcome is unknown, as if its time had come."""
    ProviderCall.objects.filter(pk=call.pk).update(due_at=timezone.now())
    carrying.carry(call.pk)
    call.refresh_from_db()
    return call


def aged(call: ProviderCall) -> None:
    """Let a call have been sent a day ago."""
    earlier = timezone.now() - timedelta(hours=25)
    ProviderCall.objects.filter(pk=call.pk).update(first_sent_at=earlier)


def release_with(stripe, held, alice, run_jobs, **fault) -> ProviderCall:
    """Release a held payment while its transfer goes wrong; return the call."""
    stripe.fail(path="/v1/transfers", **fault)
    services.release("task", 7, actor=alice)
    run_jobs()
    return call_of(held, "transfer")


# --- The same key ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [{"is_lost": True}, {"status": 409}, {"status": 429}, {"status": 503}],
    ids=["lost reply", "409", "429", "503"],
)
def test_an_unclear_call_is_repeated_as_it_is(held, stripe, alice, run_jobs, fault):
    """E8: with the same key and the same bytes; there is one transfer."""
    call = release_with(stripe, held, alice, run_jobs, **fault)
    assert call.state == "unknown"
    assert carry_again(call).state == "done"
    held.refresh_from_db()
    assert (held.status, held.transferred_cents) == ("released", 4500)
    assert len(stripe.of_kind("transfer")) == 1
    sent = [each for each in stripe.requests if each[:2] == ("POST", "/v1/transfers")]
    assert len(sent) == 2
    assert sent[0] == sent[1]


def test_the_sdk_repeats_a_lost_call_itself(stripe, monkeypatch):
    """E8: twice, with our key: there is one intent."""
    monkeypatch.setattr(stripe_client, "MAX_RETRIES", 2)
    stripe_client._client.cache_clear()
    stripe.fail(is_lost=True)
    stripe.fail(status=409)
    assert send().id == stripe.of_kind("payment_intent")[0]["id"]
    assert len(stripe.of_kind("payment_intent")) == 1


def test_a_kept_500_is_looked_up_after_its_key_is_forgotten(
    held, stripe, alice, run_jobs
):
    """E8, E9: Stripe repeats its first answer for a day. Then it is proved absent."""
    call = release_with(stripe, held, alice, run_jobs, status=500)
    assert carry_again(call).state == "unknown"  # replayed
    stripe.advance(25 * 3600)
    aged(call)
    assert carry_again(call).error_code == "absent"
    second = call_of(held, "transfer")
    assert (second.attempt, second.state) == (2, "new")
    run_jobs()
    assert len(stripe.of_kind("transfer")) == 1


def test_a_key_with_other_parameters_is_a_bug(stripe):
    """E8: it is refused, and never repeated."""
    send()
    with pytest.raises(Rejected) as error:
        send(amount_cents=6000)
    assert error.value.code == "idempotency_mismatch"


def test_the_pause_that_the_provider_asks_for_is_kept(stripe):
    """E8: of a 429."""
    stripe.fail(status=429)
    with pytest.raises(Unclear) as error:
        send()
    assert error.value.retry_after_s == RETRY_AFTER_S


def test_a_provider_out_of_reach_is_unclear(stripe, settings):
    """E8: without a connection nobody knows."""
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(Unclear):
        send()


def test_a_refused_key_of_ours_decides_nothing(stripe, settings):
    """E8: a call waits until the key is replaced; it is not a refusal of the call."""
    settings.STRIPE_SECRET_KEY = "sk_test_revoked"
    with pytest.raises(Unclear):
        send()


# --- Older than a key -----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["transfer", "refund", "create_intent"])
def test_what_was_done_a_day_ago_is_found_and_not_repeated(
    held, stripe, alice, run_jobs, kind
):
    """E9: the reply was lost, the key is forgotten: it is found by its metadata."""
    stripe.advance(8 * DAY_S)
    if kind != "create_intent":
        stripe.fail(path=f"/v1/{kind}s", is_lost=True)
        move = services.release if kind == "transfer" else services.refund
        move("task", 7, actor=alice)
        run_jobs()
    call = call_of(held, kind)
    found = get_provider("stripe").find(call.kind, call.params)
    of_stripe = {"create_intent": "payment_intent"}.get(kind, kind)
    assert [row["id"] for row in stripe.of_kind(of_stripe)] == [found.id]
    if kind != "create_intent":
        aged(call)
        stripe.advance(2 * DAY_S)
        assert carry_again(call).state == "done"
        assert len(stripe.of_kind(of_stripe)) == 1


def test_a_list_is_read_to_its_end(held, stripe, alice, run_jobs, monkeypatch):
    """E9: ours may stand on the last page."""
    monkeypatch.setattr("payments.providers.stripe_calls.PAGE", 2)
    call = release_with(stripe, held, alice, run_jobs, is_lost=True)
    for number in range(5):
        row = {"transfer_group": held.reference, "metadata": {"purpose": str(number)}}
        stripe.store.add("tr", "transfer", **row)
    found = get_provider("stripe").find(call.kind, call.params)
    assert (found.amount_cents, found.reference) == (4500, held.reference)
    pages = [each for each in stripe.requests if each[:2] == ("GET", "/v1/transfers")]
    assert len(pages) == 3


def test_an_interrupted_list_proves_nothing(held, stripe, alice, run_jobs):
    """E9: then there is no further attempt."""
    call = release_with(stripe, held, alice, run_jobs, status=500)
    aged(call)
    stripe.fail(path="/v1/transfers", method="GET", status=503)
    assert carry_again(call).state == "unknown"
    assert held.calls.filter(kind="transfer").count() == 1


# --- Definitive refusals --------------------------------------------------------------


def test_a_refused_call_gets_a_new_key(held, stripe, alice, run_jobs):
    """E10: the refusal is kept for the old one. The decision is booked once."""
    call = release_with(
        stripe, held, alice, run_jobs, status=400, code="balance_insufficient"
    )
    assert (call.state, call.error_code) == ("rejected", "balance_insufficient")
    outbox.again(held, call)
    run_jobs()
    held.refresh_from_db()
    assert (held.status, held.problem) == ("released", "transfer_rejected")
    keys = held.calls.filter(kind="transfer").values_list("idempotency_key", flat=True)
    assert len(set(keys)) == 2
    assert held.journals.filter(kind="decision").count() == 1
    assert held.journals.filter(kind="transfer").count() == 1


def test_a_refund_of_a_disputed_charge_is_refused(held, stripe, alice, run_jobs):
    """E14: the bank has taken it already: no refund and a lost dispute."""
    stripe.dispute(held.intent_id)  # of which we have not heard yet
    services.refund("task", 7, actor=alice)
    run_jobs()
    call = call_of(held, "refund")
    assert (call.state, call.error_code) == ("rejected", "charge_disputed")
    assert stripe.of_kind("refund") == []


def test_a_refund_that_the_bank_sends_back_is_booked_back(
    held, stripe, alice, run_jobs, go_on
):
    """The payer is still owed the money, and staff see it."""
    stripe.advance(8 * DAY_S)
    services.refund("task", 7, actor=alice)
    go_on()
    stripe.fail_refund(stripe.of_kind("refund")[0]["id"])
    go_on()
    held.refresh_from_db()
    assert (held.refunded_cents, held.problem) == (0, "refund_failed")


# --- Secrets --------------------------------------------------------------------------


def test_neither_keys_nor_client_secrets_are_logged(stripe, caplog, capfd):
    """E15: not at the lowest level, and not in errors."""
    caplog.set_level(logging.DEBUG)
    secret = send().client_secret
    stripe.fail(status=500)
    with pytest.raises(Unclear) as error:
        send(key="key-2")
    shown = caplog.text + "".join(capfd.readouterr()) + repr(error.value)
    assert secret
    assert secret not in shown
    assert "sk_test_stub" not in shown


def test_the_sdk_is_loaded_on_first_use():
    """A process that calls no provider does not load it."""
    code = "import django, sys; django.setup(); import payments.providers.stripe; "
    code += "import payments.webhooks; print('stripe' in sys.modules)"
    environment = {"DJANGO_SETTINGS_MODULE": "marketplace.development"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    assert done.stdout.strip() == "False", done.stderr
