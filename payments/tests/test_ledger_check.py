"""The examination of the ledger finds each fault, and nothing else."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from payments import examination, triggers
from payments.ledger import Line, post
from payments.models import Balance, Entry, Journal, LedgerCheck, Payment
from payments.models.ledger import Account
from payments.tests.histories import ENDINGS, History

pytestmark = pytest.mark.django_db


@pytest.fixture
def history(run_jobs) -> History:
    return History(run_jobs)


@pytest.fixture
def unguarded():
    """The database without the triggers of the ledger, as after a wrong restore."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
            yield
            return
        for name in triggers.SQLITE:
            cursor.execute(f"DROP TRIGGER {name}")
        yield
        for name, definition in triggers.SQLITE.items():
            cursor.execute(f"CREATE TRIGGER {name} {definition}")


def check(*arguments) -> str:
    """What the command prints; it must exit with 0."""
    out = StringIO()
    call_command("ledger_check", *arguments, stdout=out)
    return out.getvalue()


def faults(*arguments) -> str:
    """What the command prints; it must exit with 1."""
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("ledger_check", *arguments, stdout=out)
    assert error.value.returncode == 1
    return out.getvalue()


def checks() -> set[str]:
    return {fault.check for fault in examination.examine()}


def test_every_ending_is_in_order(history):
    """E20: no false alarm."""
    for ending in ENDINGS:
        assert history.make(ending).status == ENDINGS[ending]
        assert list(examination.examine()) == [], ending
    assert "in order" in check("--all")


def test_an_unsealed_journal_is_found(history, unguarded):
    """E17: on SQLite nothing else finds it."""
    Journal.objects.create(kind="test", key="open", currency="EUR")
    assert "I1 journal open" in faults()


def test_an_unbalanced_journal_is_found(history, unguarded):
    """E17: as after somebody has changed an entry by hand."""
    history.make("held")
    Entry.objects.filter(account=Account.PROVIDER_FEES).update(amount_cents=1)
    assert checks() >= {"I1"}


def test_a_wrong_stored_balance_is_found(history):
    """E20: stored balances are the sums of the entries."""
    payment = history.make("held")
    Balance.objects.filter(payment=payment, account="held").update(amount_cents=-1)
    assert checks() == {"balance", "I3"}


def test_a_lost_balance_is_found(history):
    """E20: a balance that is gone is a fault too."""
    history.make("released")
    Balance.objects.filter(account="payable").delete()
    assert checks() == {"balance"}


@pytest.mark.parametrize(
    ("ending", "changes", "check"),
    [
        ("held", {"status": "released"}, "I3"),
        ("held", {"status": "expired"}, "I3"),
        ("pending", {"status": "held"}, "I3"),
        ("released", {"status": "frozen"}, "I3"),
        ("payout_blocked", {"status": "released"}, "I6"),
        ("released", {"status": "refunded"}, "I6"),
        ("refunded", {"status": "released"}, "I6"),
        ("released", {"commission_cents": 0}, "I6"),
        ("partly_refunded", {"status": "refunded"}, "I6"),
        ("released", {"transferred_cents": 1}, "counters"),
        ("refunded", {"refunded_cents": 0}, "counters"),
        ("held", {"charged_cents": 4999}, "counters"),
        ("held", {"currency": "USD"}, "currency"),
    ],
)
def test_a_payment_that_contradicts_the_ledger_is_found(
    history, ending, changes, check
):
    """E20: status ⇔ balances, and the counters of the payment."""
    payment = history.make(ending)
    Payment.objects.filter(pk=payment.pk).update(**changes)
    assert check in checks()


def test_more_to_the_payee_than_was_charged_is_found(history):
    """E11: also if only the ledger says so."""
    payment = history.make("released")
    lines = [
        Line(Account.CHARGEBACK_LOSS, 4500),
        Line(Account.PROVIDER_BALANCE, -4500),
    ]
    post("transfer", key="transfer:2", currency="EUR", payment=payment, lines=lines)
    assert "I4" in checks()


def test_money_of_others_that_went_to_the_bank_is_found(history):
    """E20: the platform has taken out more than it has earned."""
    history.make("held")
    lines = [Line(Account.BANK, 3000), Line(Account.PROVIDER_BALANCE, -3000)]
    post("platform_payout", key="change:sandbox:1", currency="EUR", lines=lines)
    assert checks() == {"I7"}


def test_costs_above_the_commission_are_a_warning(history):
    """E20: fees of the first charges are no fault."""
    history.make("held")
    assert "warning: The provider's balance" in check()


def test_a_check_goes_on_where_the_last_one_ended(history, monkeypatch):
    """E20: the next one reads what is new."""
    monkeypatch.setattr(examination, "OVERLAP", 0)
    history.make("released")
    check()
    newest = Journal.objects.order_by("-pk").first()
    assert LedgerCheck.objects.get().journal_id == newest.pk
    read = []
    monkeypatch.setattr(
        examination, "_of_journals", lambda *part: read.append(part) or ()
    )
    history.make("held")
    check()
    assert read[0][0] > newest.pk


def test_a_fault_is_found_until_it_is_corrected(history):
    """E20: the position stays before it."""
    payment = history.make("held")
    check()
    Payment.objects.filter(pk=payment.pk).update(charged_cents=1)
    history.make("released")
    payment.save(update_fields=["updated_at"])
    for _each in range(2):
        assert payment.reference in faults()


def test_the_queries_do_not_grow_with_the_ledger(
    history, django_assert_max_num_queries
):
    """E20: batches, whatever their size."""
    for _each in range(5):
        history.make("released")
    with django_assert_max_num_queries(20):
        assert list(examination.examine()) == []


def test_small_batches_find_the_same(history, monkeypatch):
    """E20: the ends of the batches lose nothing."""
    monkeypatch.setattr(examination, "BATCH", 1)
    for ending in ("released", "refunded"):
        payment = history.make(ending)
    assert list(examination.examine()) == []
    Payment.objects.filter(pk=payment.pk).update(status="held")
    assert checks() == {"I3"}
