"""A payment from the first click to the payout, by the SDK on a stub of Stripe."""

from decimal import Decimal

import pytest

from payments import ledger, services
from payments.models import Entry, Journal, ProviderCall
from payments.models.ledger import Account
from payments.providers import get_provider
from tests.live.payment_provider import DAY_S

pytestmark = pytest.mark.django_db


def assert_books_agree() -> None:
    """All journals balance, and the ledger has what the provider has."""
    for journal in Journal.objects.all():
        assert journal.sealed_at
        assert sum(journal.entries.values_list("amount_cents", flat=True)) == 0
    ours = Entry.objects.filter(account=Account.PROVIDER_BALANCE)
    total = sum(ours.values_list("amount_cents", flat=True))
    assert total == get_provider("stripe").balance_cents("EUR")


def test_a_payer_gets_what_the_browser_needs(pending):
    members = get_provider().client(
        intent_id=pending.intent_id, client_secret="secret", reference="pay_1"
    )
    assert members == {"client_secret": "secret", "publishable_key": "pk_test_stub"}


def test_a_paid_payment_is_held_and_its_fee_booked(held):
    assert (held.status, held.charged_cents) == ("held", 5000)
    assert ledger.held_cents(held) == 5000
    assert Entry.objects.get(account=Account.PROVIDER_FEES).amount_cents == 100
    assert_books_agree()


def test_a_release_reaches_the_payee_without_the_commission(held, stripe, go_on, alice):
    services.release("task", 7, actor=alice)
    go_on()
    held.refresh_from_db()
    assert (held.status, held.transferred_cents) == ("released", 4500)
    assert [each["amount"] for each in stripe.of_kind("transfer")] == [4500]
    assert_books_agree()


def test_a_refund_waits_for_available_money(held, stripe, go_on, alice):
    services.refund("task", 7, actor=alice)
    go_on()
    held.refresh_from_db()
    assert (held.status, held.problem) == ("refunding", "refund_waits_for_funds")
    stripe.store.book("topup", 10_000, {"currency": "eur", "id": "tu_1"})
    stripe.advance(8 * DAY_S)
    go_on()
    held.refresh_from_db()
    assert (held.status, held.refunded_cents) == ("refunded", 5000)


def test_staff_divide_it(held, stripe, go_on, staff):
    stripe.advance(8 * DAY_S)
    services.split("task", 7, actor=staff, worker_amount=Decimal(30), reason="Half")
    go_on()
    held.refresh_from_db()
    assert held.status == "partly_refunded"
    assert (held.transferred_cents, held.refunded_cents) == (2700, 2000)
    assert_books_agree()


def test_an_unpaid_payment_is_cancelled_there(pending, stripe, go_on):
    """E19: nobody can pay it any more, and nothing is held."""
    stripe.decline(pending.intent_id)
    services.refund("task", 7, actor=None)
    go_on()
    pending.refresh_from_db()
    assert pending.status == "expired"
    assert stripe.of_kind("payment_intent")[0]["status"] == "canceled"
    assert ledger.held_cents(pending) == 0


def test_a_payment_after_a_3d_secure_challenge_is_held(pending, stripe, go_on):
    """E19: until the bank has answered, nothing is held."""
    stripe.ask(pending.intent_id)
    go_on()
    pending.refresh_from_db()
    assert pending.status == "pending"
    stripe.pay(pending.intent_id)
    go_on()
    pending.refresh_from_db()
    assert pending.status == "held"


def test_the_calls_carry_our_reference(held, stripe):
    """Each object can be found by it: in its metadata and its transfer group."""
    [intent] = stripe.of_kind("payment_intent")
    assert intent["metadata"]["reference"] == held.reference
    assert intent["transfer_group"] == held.reference
    [call] = ProviderCall.objects.all()
    assert (call.state, call.provider_id) == ("done", intent["id"])
