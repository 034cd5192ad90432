"""The database keeps the ledger: balanced, sealed, and never changed."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from payments import ledger
from payments.ledger import Line
from payments.models import Entry, Journal
from payments.models.ledger import Account
from payments.tests.factories import PaymentFactory

pytestmark = pytest.mark.django_db
postgres = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="needs PostgreSQL"
)


def journal(*amounts, key="one", sealed=True) -> Journal:
    row = Journal.objects.create(kind="test", key=key, currency="EUR")
    for amount in amounts:
        Entry.objects.create(journal=row, account="suspense", amount_cents=amount)
    if sealed:
        Journal.objects.filter(pk=row.pk).update(sealed_at=timezone.now())
    return row


@pytest.mark.parametrize("amounts", [(), (5,), (5, -4), (2**40, -(2**40) + 1)])
def test_what_does_not_balance_is_not_sealed(amounts):
    """E17: an unbalanced or empty journal is refused by the database."""
    with pytest.raises(DatabaseError), transaction.atomic():
        journal(*amounts)


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.entries.update(amount_cents=1),
        lambda row: row.entries.all().delete(),
        lambda row: Journal.objects.filter(pk=row.pk).update(currency="USD"),
        lambda row: Journal.objects.filter(pk=row.pk).update(sealed_at=None),
        lambda row: Journal.objects.filter(pk=row.pk).update(sealed_at=timezone.now()),
        lambda row: Journal.objects.filter(pk=row.pk)._raw_delete("default"),
        lambda row: Entry.objects.create(
            journal=row, account="suspense", amount_cents=1
        ),
    ],
    ids=["entry", "delete entries", "currency", "unseal", "seal", "delete", "more"],
)
def test_a_sealed_journal_never_changes(change):
    """E17: UPDATE, DELETE and further entries are refused by the database."""
    row = journal(5, -5)
    with pytest.raises(DatabaseError), transaction.atomic():
        change(row)


@postgres
@pytest.mark.django_db(transaction=True)
def test_what_is_not_sealed_is_not_committed():
    """E17: PostgreSQL refuses the commit itself."""
    with pytest.raises(DatabaseError), transaction.atomic():
        journal(5, -5, sealed=False)
    assert not Journal.objects.exists()


@postgres
@pytest.mark.parametrize("table", ["payments_journal", "payments_entry"])
def test_the_ledger_is_not_truncated(table):
    """E17: not by a superuser in passing either."""
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_an_event_is_booked_once(alice):
    """E2: unique on the object and the kind; the balance has it once."""
    payment = PaymentFactory()
    lines = [
        Line(Account.PROVIDER_BALANCE, 500),
        Line(Account.HELD, -500, payment=payment),
    ]
    booked = [
        ledger.post("charge", key="charge:1", currency="EUR", lines=lines)
        for _each in range(3)
    ]
    assert booked == [True, False, False]
    assert ledger.held_cents(payment) == 500


def test_held_money_is_never_overdrawn():
    """E17: the database refuses a decision over more than what is held."""
    payment = PaymentFactory()
    with pytest.raises(DatabaseError), transaction.atomic():
        ledger.post(
            "decision",
            key="decision:1",
            currency="EUR",
            lines=[
                Line(Account.HELD, 1, payment=payment),
                Line(Account.REFUND_DUE, -1, payment=payment),
            ],
        )
