"""Factories of payments and of the accounts of payees."""

import factory
from django.utils import timezone

from accounts.tests.factories import UserFactory
from payments import services
from payments.models import Payment, PayoutAccount, SandboxObject
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
