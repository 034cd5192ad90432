"""Events in any order, many times, and at once: the end is the same."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from core.exceptions import WrongStatus
from payments import inbox, recording, services
from payments.models import Journal, Payment, ProviderEvent
from payments.providers import sandbox
from payments.providers.base import Event, Unclear
from payments.services import Payable
from payments.tests.factories import payable_account

postgres = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="needs PostgreSQL: real threads"
)
FACTS = (
    *("status", "charged_cents", "transferred_cents", "refunded_cents"),
    *("reversed_cents", "to_payee_cents", "to_payer_cents", "dispute_status"),
)


@pytest.fixture
def prepared(alice, bob, run_jobs) -> Payment:
    """A payment that the provider has prepared, and nobody has paid."""
    payable_account(bob)
    payment = services.start(Payable("task", 7, "Windows", alice, bob, 5000, "EUR"))
    run_jobs()
    payment.refresh_from_db()
    return payment


def nothing(payment):
    """The payment is held."""


def contested(payment):
    sandbox.open_dispute(payment.reference)


def warned(payment):
    dispute = sandbox.open_dispute(payment.reference, warning=True)
    sandbox.close_dispute(dispute, is_won=True)


def lost(payment):
    dispute = sandbox.open_dispute(payment.reference)
    sandbox.close_dispute(dispute, is_won=False)


def won(payment):
    dispute = sandbox.open_dispute(payment.reference)
    sandbox.close_dispute(dispute, is_won=True)


def overturned(payment):
    lost(payment)
    row = sandbox.SandboxObject.objects.get(kind="dispute")
    sandbox.close_dispute(row.object_id, is_won=True)


ENDINGS = {
    nothing: "held",
    contested: "frozen",
    warned: "held",
    lost: "lost",
    won: "held",
    overturned: "held",
}


def arrive(event: ProviderEvent) -> None:
    """Process an event as if it came now."""
    ProviderEvent.objects.filter(pk=event.pk).update(state="new", attempts=0)
    try:
        inbox.process(event.pk)
    except Unclear:
        return  # tried again later


@pytest.mark.django_db
@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.__name__)
def test_events_in_any_order_lead_to_the_same_end(prepared, ending):
    """E2, E3: each permutation, and each event twice."""
    sandbox.decline(prepared.intent_id)
    sandbox.pay(prepared.intent_id)
    ending(prepared)
    events = list(ProviderEvent.objects.order_by("pk"))
    ends = set()
    for order in itertools.permutations(events):
        with transaction.atomic():
            for event in (*order, *order):
                arrive(event)
            prepared.refresh_from_db()
            journals = Journal.objects.values_list("key", flat=True)
            ends.add((*(getattr(prepared, n) for n in FACTS), *sorted(journals)))
            transaction.set_rollback(True)
    assert len(ends) == 1
    assert ends.pop()[0] == ENDINGS[ending]


@pytest.mark.django_db
def test_a_payment_after_the_end_is_refunded(prepared, run_jobs):
    """E19: it expired, the payer paid all the same: the money goes back."""
    services.refund("task", 7, actor=None)
    prepared.refresh_from_db()
    assert prepared.status == "expired"
    sandbox.pay(prepared.intent_id)  # before the cancellation arrives
    run_jobs()
    prepared.refresh_from_db()
    assert (prepared.status, prepared.refunded_cents) == ("refunded", 5000)


@postgres
@pytest.mark.django_db(transaction=True)
def test_fifty_deliveries_at_once_have_one_effect(prepared):
    """E2: one row, one journal; nobody is refused."""
    sandbox.pay(prepared.intent_id)
    ProviderEvent.objects.all().delete()
    event = Event(
        "evt_1",
        "payment_intent.succeeded",
        object_id=prepared.intent_id,
        payload={"object_id": prepared.intent_id},
    )
    barrier = threading.Barrier(10)

    def deliver(_number):
        barrier.wait(60)
        try:
            for _each in range(5):
                inbox.store("sandbox", "platform", event)
                inbox.process(ProviderEvent.objects.get().pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(deliver, range(10)))
    prepared.refresh_from_db()
    assert prepared.status == "held"
    assert Journal.objects.filter(kind="charge").count() == 1


@postgres
@pytest.mark.django_db(transaction=True)
def test_decisions_at_once_have_one_outcome(prepared, run_jobs):
    """E11: releases, refunds and divisions in parallel; the first one counts."""
    sandbox.pay(prepared.intent_id)
    run_jobs()
    barrier = threading.Barrier(12)

    def decide(number):
        barrier.wait(60)
        try:
            (services.release, services.refund)[number % 2]("task", 7, actor=None)
        except WrongStatus:
            return True  # it was decided the other way
        finally:
            connection.close()
        return False

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(decide, range(12))) == 6
    run_jobs()
    prepared.refresh_from_db()
    assert prepared.calls.filter(kind__in=("transfer", "refund")).count() == 1
    assert prepared.transferred_cents + prepared.refunded_cents in (4500, 5000)
    assert prepared.status in ("released", "refunded")


@pytest.mark.django_db
def test_what_was_read_before_and_recorded_later_changes_nothing(prepared, run_jobs):
    """E3: of two workers, one has read the dispute before the bank decided."""
    sandbox.pay(prepared.intent_id)
    run_jobs()
    dispute = sandbox.open_dispute(prepared.reference)
    (_intent, old) = sandbox.provider.facts_of("", {"object_id": dispute})
    sandbox.close_dispute(dispute, is_won=False)
    run_jobs()
    with transaction.atomic():
        recording.record(old)
    prepared.refresh_from_db()
    assert (prepared.status, prepared.dispute_status) == ("lost", "lost")
