"""What is kept of payments, what goes, and when nobody may leave."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from core.encryption import COLUMNS, decrypt, encrypt
from core.privacy import reasons_to_stay
from jobs.maintenance import REGISTRY
from payments import examination
from payments.models import Payment, ProviderCall, ProviderEvent, SandboxObject
from payments.tests.factories import PaymentFactory, make_provider_event
from payments.tests.histories import ENDINGS, History

pytestmark = pytest.mark.django_db
STAY = {"held", "frozen", "payout_blocked", "disputed", "won"}


@pytest.fixture
def history(run_jobs) -> History:
    return History(run_jobs)


def codes(person) -> list[str]:
    return [reason.code for reason in reasons_to_stay(person)]


@pytest.mark.parametrize("ending", ENDINGS)
def test_nobody_leaves_while_money_is_held_or_on_its_way(history, ending):
    """A16: neither side; afterwards nothing of the payment stands in the way."""
    payment = history.make(ending)
    expected = ["payments_under_way"] if ending in STAY else []
    assert codes(payment.payer) == expected
    owed = ["payments_owed"] if ending in ("payout_blocked", "recovering") else []
    assert codes(payment.payee) == expected + owed


def erase(person, staff) -> None:
    call_command(
        "privacy",
        *("erase", person.username, "--by", staff.username, "--now"),
        stdout=StringIO(),
    )


@pytest.mark.parametrize("ending", ["released", "refunded", "partly_refunded"])
def test_a_payment_outlives_its_payer_without_a_title(history, staff, ending):
    """A16: amounts and ledger stay as accounting law asks."""
    payment = history.make(ending)
    erase(payment.payer, staff)
    payment.refresh_from_db()
    assert (payment.subject_title, payment.client_secret) == ("–", "")
    assert payment.status == ENDINGS[ending]
    assert list(examination.examine()) == []
    assert not ProviderCall.objects.filter(kind="create_intent").exists()
    intent = SandboxObject.objects.get(kind="intent")
    assert intent.data["title"] == "–"
    assert intent.data["amount"] == payment.price_cents


def test_unpaid_payments_are_cancelled_first(history, staff):
    """A16: nobody pays somebody who has left."""
    payment = history.make("pending")
    erase(payment.payee, staff)
    assert history.after(payment).status == "expired"


def test_old_processed_events_are_deleted(settings):
    """A16: they name people; what waits or is parked stays."""
    settings.PAYMENT_EVENT_DAYS = 30
    old = timezone.now() - timedelta(days=31)
    make_provider_event(state="done", received_at=old)
    kept = [
        make_provider_event(event_id="b", state="done"),
        make_provider_event(event_id="c", state="parked", received_at=old),
        make_provider_event(event_id="d", state="new", received_at=old),
    ]
    run = REGISTRY["delete old events of the provider"].run
    assert run(timezone.now(), dry_run=True) == 1
    assert run(timezone.now(), dry_run=False) == 1
    assert set(ProviderEvent.objects.all()) == set(kept)


def test_the_secret_of_the_payer_is_encrypted_and_rotated(settings):
    """E15: with the keys of the site."""
    assert (Payment, "client_secret") in COLUMNS
    settings.ENCRYPTION_KEYS = ["first"]
    payment = PaymentFactory(client_secret=encrypt("cs_1"))
    settings.ENCRYPTION_KEYS = ["second", "first"]
    call_command("rotate_encryption", stdout=StringIO())
    settings.ENCRYPTION_KEYS = ["second"]
    payment.refresh_from_db()
    assert decrypt(payment.client_secret) == "cs_1"
