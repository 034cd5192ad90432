"""Factories of payments and of the accounts of payees."""

import factory
from django.utils import timezone

from accounts.tests.factories import UserFactory
from payments import ledger, services
from payments.ledger import Line
from payments.models import (
    Journal,
    Payment,
    PayoutAccount,
    ProviderCall,
    ProviderEvent,
    SandboxObject,
    StaffRequest,
)
from payments.models.ledger import Account
from payments.money import fee_of


class PaymentFactory(factory.django.DjangoModelFactory):
    """A pending payment of 50.00 EUR. `services.start` makes real ones."""

    class Meta:
        model = Payment

    subject_type = "task"
    subject_id = factory.Sequence(lambda n: 1_000_000 + n)
    subject_title = "Clean the windows"
    payer = factory.SubFactory(UserFactory)
    payee = factory.SubFactory(UserFactory)
    price_cents = 5000
    fee_cents = factory.LazyAttribute(lambda o: fee_of(o.price_cents))
    currency = "EUR"
    provider = "sandbox"
    expires_at = factory.LazyFunction(lambda: timezone.now() + services.expiry())


def payable_account(user, status="active") -> PayoutAccount:
    """Return the account of a payee at the sandbox, active by default."""
    account_id = f"acct_sandbox_{user.pk}"
    data = {"purpose": "", "status": status, "requirements": [], "secret": account_id}
    SandboxObject.objects.create(kind="account", object_id=account_id, data=data)
    return PayoutAccount.objects.create(
        user=user,
        provider="sandbox",
        account_id=account_id,
        country="LV",
        entity_type="individual",
        status=status,
    )


def make_call(**fields) -> ProviderCall:
    """Return a new call of a payment of its own."""
    payment = PaymentFactory()
    data = {"kind": "transfer", "params": {}} | fields
    return ProviderCall.objects.create(
        payment=payment, idempotency_key=f"transfer:{payment.reference}:1", **data
    )


def make_provider_event(**fields) -> ProviderEvent:
    """Return a new event of a type that nothing follows from."""
    data = {
        "provider": "sandbox",
        "endpoint": "platform",
        "event_id": f"evt_{ProviderEvent.objects.count()}",
        "type": "transfer.created",
        "payload": {"object_id": "tr_none"},
    }
    return ProviderEvent.objects.create(**data | fields)


def make_staff_request(**fields) -> StaffRequest:
    """Return a waiting request to release a payment of its own."""
    data = {"action": "release-by-staff", "amount_cents": 5000, "reason": "Done."}
    return StaffRequest.objects.create(
        **{"payment": PaymentFactory(), "requested_by": UserFactory()} | data | fields
    )


def make_journal(**fields) -> Journal:
    """Return the journal of a charge of a payment of its own."""
    payment = PaymentFactory(**fields)
    ledger.post(
        "charge",
        key=f"charge:{payment.reference}",
        currency="EUR",
        payment=payment,
        provider_object=f"ch_{payment.pk}",
        lines=[
            Line(Account.PROVIDER_BALANCE, payment.price_cents),
            Line(Account.HELD, -payment.price_cents, payment=payment),
        ],
    )
    return payment.journals.get()
