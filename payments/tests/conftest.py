"""Stripe's SDK over HTTP, on a stub."""

import pytest

from payments import services
from payments.models import Payment, PayoutAccount
from payments.providers import get_provider, stripe_client
from payments.services import Payable
from tests.live import payment_provider as stub
from tests.live.payment_stub.events import Delivery


@pytest.fixture
def stripe(settings, monkeypatch):
    """Stripe as the provider, on a stub of its own for each test.

    The SDK does not retry: a fault of the stub is seen at once.
    """
    monkeypatch.setattr(stripe_client, "MAX_RETRIES", 0)
    stripe_client._client.cache_clear()
    with stub.PaymentProvider() as running:
        settings.PAYMENT_PROVIDER = "stripe"
        settings.PAYMENT_CALLS_PER_SECOND = 1000
        settings.STRIPE_API_BASE = running.url
        settings.STRIPE_SECRET_KEY = stub.SECRET
        settings.STRIPE_PUBLISHABLE_KEY = stub.PUBLISHABLE
        settings.STRIPE_WEBHOOK_SECRETS = [stub.SECRETS["platform"]]
        settings.STRIPE_ACCOUNT_WEBHOOK_SECRETS = [stub.SECRETS["accounts"]]
        settings.STRIPE_CONNECT_WEBHOOK_SECRETS = [stub.SECRETS["connect"]]
        yield running
    stripe_client._client.cache_clear()


@pytest.fixture
def deliver(stripe, client):
    """`deliver()` posts the events that wait, signed; it returns the statuses."""

    def post(delivery: Delivery) -> int:
        signature = stub.sign(delivery.body, stub.SECRETS[delivery.endpoint])
        answer = client.post(
            delivery.path,
            delivery.body,
            content_type="application/json",
            headers={"Stripe-Signature": signature},
        )
        return answer.status_code

    def deliver(deliveries: list[Delivery] | None = None) -> list[int]:
        found = stripe.events.take() if deliveries is None else deliveries
        return [post(each) for each in found]

    return deliver


@pytest.fixture
def go_on(deliver, run_jobs):
    """`go_on()` delivers events and runs jobs until nothing is left to do."""

    def go_on() -> None:
        run_jobs()
        while deliver():
            run_jobs()

    return go_on


@pytest.fixture
def bobs_account(stripe, bob) -> PayoutAccount:
    """The account of Bob, active."""
    state = get_provider().open_account(
        person=bob, country="LV", entity_type="individual"
    )
    account = PayoutAccount.objects.create(
        user=bob,
        provider="stripe",
        account_id=state.id,
        country="LV",
        entity_type="individual",
        status=state.status,
    )
    stripe.set_account(state.id)
    return account


@pytest.fixture
def pending(stripe, alice, bob, bobs_account, go_on) -> Payment:
    """What Alice is to pay Bob: 50.00 EUR."""
    go_on()
    payable = Payable("task", 7, "Clean the windows", alice, bob, 5000, "EUR")
    payment = services.start(payable)
    go_on()
    payment.refresh_from_db()
    return payment


@pytest.fixture
def held(stripe, pending, go_on) -> Payment:
    """The same, paid."""
    stripe.pay(pending.intent_id)
    go_on()
    pending.refresh_from_db()
    return pending
