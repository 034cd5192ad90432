"""The report of a period agrees with the ledger."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from payments import reports
from payments.models import Entry
from payments.tests.histories import History

pytestmark = pytest.mark.django_db


@pytest.fixture
def history(run_jobs) -> History:
    return History(run_jobs)


def rows(*arguments) -> list[dict[str, str]]:
    today = timezone.localdate().isoformat()
    out = StringIO()
    call_command("payments_report", *(arguments or (today, today)), stdout=out)
    lines = out.getvalue().splitlines()
    return list(csv.DictReader(line for line in lines if line))


def section(name, *arguments) -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in rows(*arguments) if row["section"] == name}


def test_totals_by_account_and_by_kind(history):
    """E20: what was moved, with counts."""
    for ending in ("released", "released", "refunded"):
        last = history.make(ending)
    kinds = section("kind")
    assert (kinds["transfer"]["count"], kinds["refund"]["count"]) == ("2", "1")
    assert kinds["refund"]["amount"] == f"{last.price_cents / 100:.2f}"
    accounts = section("account")
    assert accounts["held"]["amount"] == "0.00"
    booked = Entry.objects.filter(account="fee_revenue")
    total = sum(booked.values_list("amount_cents", flat=True))
    assert accounts["fee_revenue"]["amount"] == f"{total / 100:.2f}"


def test_payouts_by_payee_without_what_came_back(history):
    """E20: what tax authorities ask for."""
    paid, recovered = history.make("released"), history.make("recovering")
    payees = section("payee")
    row = payees[paid.payee.username]
    assert row["amount"] == f"{paid.to_payee_cents / 100:.2f}"
    assert (row["count"], row["person"]) == ("1", str(paid.payee_id))
    assert row["account"] == paid.payee.payout_account.account_id
    assert payees[recovered.payee.username]["amount"] == "0.00"


def test_other_days_are_left_out(history):
    """E20: the last day belongs to the period, the next one does not."""
    history.make("released")
    today = timezone.localdate()
    yesterday, tomorrow = today - timedelta(1), today + timedelta(1)
    assert rows(str(yesterday), str(yesterday)) == rows(str(tomorrow), str(tomorrow))
    assert rows(str(yesterday), str(today)) == rows(str(today), str(tomorrow)) != []


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "\nx"])
def test_no_cell_is_a_formula(history, tmp_path, name):
    """S4: a name that begins as a formula is a text; amounts stay numbers."""
    payment = history.make("released")
    User.objects.filter(pk=payment.payee_id).update(username=name)
    today, file = timezone.localdate().isoformat(), tmp_path / "report.csv"
    call_command("payments_report", today, today, csv=str(file), stdout=StringIO())
    with file.open(newline="") as lines:
        found = [row for row in csv.DictReader(lines) if row["section"] == "payee"]
    assert [row["name"] for row in found] == ["'" + name]


def test_the_rows_are_read_with_few_queries(history, django_assert_max_num_queries):
    """E20: one for each section."""
    for _each in range(4):
        history.make("released")
    now = timezone.now()
    with django_assert_max_num_queries(3):
        list(reports.report(now - timedelta(1), now + timedelta(1)))


@pytest.mark.parametrize(
    "arguments",
    [("2026-02-01", "2026-01-31"), ("x", "2026-01-31"), ("2026-02-30", "2026-03-01")],
)
def test_a_wrong_period_is_refused(arguments):
    """E20: with a sentence."""
    with pytest.raises(CommandError):
        rows(*arguments)
