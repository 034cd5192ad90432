"""The database keeps the ledger: balanced, sealed, and never changed."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from payments import ledger
from payments.ledger import Line
from payments.models import Balance, Entry, Journal
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


# --- What `post` writes ---------------------------------------------------------------


def post(*lines, key="one", currency="EUR", **data) -> bool:
    return ledger.post("test", key=key, currency=currency, lines=lines, **data)


def test_lines_that_do_not_balance_are_refused(alice):
    with pytest.raises(ledger.Unbalanced):
        post(Line(Account.SUSPENSE, 5), Line(Account.PAYABLE, -4, person=alice))
    assert not Journal.objects.exists()


def test_lines_of_zero_are_left_out():
    assert post(Line(Account.SUSPENSE, 0), Line(Account.BANK, 0)) is False
    assert not Journal.objects.exists()
    post(Line(Account.SUSPENSE, 5), Line(Account.BANK, -5), Line(Account.HELD, 0))
    assert Entry.objects.count() == 2


def test_a_journal_that_the_database_refuses_is_no_repetition():
    with pytest.raises(IntegrityError), transaction.atomic():
        post(Line(Account.SUSPENSE, 5), Line(Account.BANK, -5), currency=None)


def test_after_a_refused_balance_a_transaction_runs_no_more():
    payment = PaymentFactory()
    lines = [Line(Account.HELD, 5, payment=payment), Line(Account.SUSPENSE, -5)]
    with transaction.atomic():
        post(Line(Account.HELD, -1, payment=payment), Line(Account.SUSPENSE, 1))
        with pytest.raises(IntegrityError):
            post(*lines, key="two")
        with pytest.raises(TransactionManagementError):
            Journal.objects.exists()
        transaction.set_rollback(True)


@postgres
def test_an_id_that_is_taken_is_no_repetition(alice):
    """As after a restore that has left the sequences behind."""
    post(Line(Account.PAYABLE, -5, person=alice), Line(Account.SUSPENSE, 5))
    taken = Journal.objects.get().pk
    with connection.cursor() as cursor:
        name = "pg_get_serial_sequence('payments_journal', 'id')"
        cursor.execute(f"SELECT setval({name}, %s, false)", [taken])
    with pytest.raises(IntegrityError), transaction.atomic():
        post(Line(Account.BANK, -5), Line(Account.SUSPENSE, 5), key="two")


def test_a_line_of_both_a_payment_and_a_person_is_refused(alice):
    with pytest.raises(ValueError, match="or of a person"):
        Line(Account.PAYABLE, -5, payment=PaymentFactory(), person=alice)


def test_a_journal_keeps_its_proof_and_is_sealed(alice):
    payment = PaymentFactory()
    lines = [
        Line(Account.HELD, -5, payment=payment),
        Line(Account.PAYABLE, -1, person=alice),
        Line(Account.SUSPENSE, 6),
    ]
    post(*lines, payment=payment, provider_object="ch_1")
    row = Journal.objects.get()
    assert (row.kind, row.key, row.currency) == ("test", "one", "EUR")
    assert (row.payment, row.provider_object) == (payment, "ch_1")
    assert row.sealed_at is not None
    written = [
        Line(each.account, each.amount_cents, each.payment, each.person)
        for each in row.entries.order_by("account")
    ]
    assert written == lines


def test_each_balance_has_an_owner_and_a_currency_of_its_own(alice, bob):
    payment, other = PaymentFactory(), PaymentFactory()
    for n, currency in enumerate(["EUR", "EUR", "USD"]):
        post(
            Line(Account.SUSPENSE, 10),
            Line(Account.PAYABLE, -4, person=alice),
            Line(Account.HELD, -6, payment=payment),
            key=str(n),
            currency=currency,
        )
    post(Line(Account.SUSPENSE, 9), Line(Account.PAYABLE, -9, person=bob), key="bob")
    post(Line(Account.SUSPENSE, 1), Line(Account.REFUND_DUE, -1, payment=payment))
    post(Line(Account.SUSPENSE, -3), Line(Account.RECOVERABLE, 3, person=bob), key="3d")
    found = Balance.objects.values_list("account", "currency", "amount_cents")
    assert sorted(found) == [
        ("held", "EUR", -12),
        ("held", "USD", -6),
        ("payable", "EUR", -9),
        ("payable", "EUR", -8),
        ("payable", "USD", -4),
        ("recoverable", "EUR", 3),
        ("refund_due", "EUR", -1),
    ]
    assert ledger.balance_of_person(bob, Account.PAYABLE) == -9
    assert ledger.balance_of_person(bob, Account.HELD) == 0
    assert ledger.balance_of_payment(payment, Account.REFUND_DUE) == -1
    assert ledger.held_cents(other) == 0
    # Held 12, payable 8 and 9, and 1 to be refunded; a debt of Bob lowers nothing.
    assert ledger.owed_cents("EUR") == 30
    assert ledger.owed_cents("USD") == 10
    assert ledger.owed_cents("SEK") == 0


def test_balances_are_written_in_one_order_whatever_that_of_the_lines(alice, bob):
    """Two journals that lock the same balances in two orders would deadlock."""
    one, two = PaymentFactory(), PaymentFactory()
    lines = [
        Line(Account.HELD, -1, payment=one),
        Line(Account.HELD, -2, payment=two),
        Line(Account.PAYABLE, -3, person=alice),
        Line(Account.PAYABLE, -4, person=bob),
        Line(Account.REFUND_DUE, -5, payment=one),
        Line(Account.SUSPENSE, 15),
    ]

    def writes(key: str, lines: list[Line]) -> list[tuple]:
        found = []

        def note(execute, sql, params, many, context):
            if sql.startswith("UPDATE payments_balance"):
                found.append((sql, *map(str, params)))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            post(*lines, key=key)
        return found

    post(*lines)
    first = writes("two", lines)
    assert len(first) == 5
    assert writes("three", lines[::-1]) == first
