"""Reconciliation finds each fault that is injected, and repairs what it may."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from jobs.models import Job
from payments import examination, reconciliation, services, watch
from payments.ledger import Line, post
from payments.models import Journal, Payment, ProviderCall, ProviderEvent, SandboxObject
from payments.models.ledger import Account
from payments.providers import sandbox
from payments.providers.base import Change
from payments.reconciliation import GRACE, booked_balance_cents
from payments.tests.histories import ENDINGS, History, object_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(reconciliation, "BALANCE_PAUSE_S", 0)


@pytest.fixture
def history(run_jobs) -> History:
    return History(run_jobs)


def reconcile(*, days=3, dry_run=False):
    """The result, as some minutes later: the provider's list is not behind then."""
    at = timezone.now() + 2 * GRACE
    return reconciliation.reconcile(
        at - timedelta(days=days), at=at, dry_run=dry_run, provider="sandbox"
    )


def counts(result) -> dict[str, int]:
    names = ("events_missing", "events_failed", "repaired", "booked", "suspended")
    names += ("ours_only", "theirs_only", "amount_differs")
    return {name: n for name in names if (n := getattr(result, name))}


def test_a_clean_history_has_no_findings(history):
    """E20: 0 false alarms in thirty payments of every ending."""
    for ending in [*ENDINGS, *ENDINGS]:
        assert history.make(ending).status == ENDINGS[ending]
    result = reconcile()
    assert result.findings == []
    assert result.matched > 40
    assert result.is_clean
    assert booked_balance_cents("sandbox", "EUR") == sandbox.provider.balance_cents(
        "EUR"
    )


def test_a_missing_event_is_fetched_and_processed(history):
    """E20: a webhook that never arrived."""
    payment = history.start()
    sandbox.pay(payment.intent_id)
    ProviderEvent.objects.all().delete()
    Job.objects.filter(name="payments.process").delete()
    result = reconcile()
    payment.refresh_from_db()
    assert payment.status == "held"
    assert counts(result) == {"events_missing": 1}
    assert result.is_clean
    assert counts(reconcile()) == {}


def test_one_reconciliation_repairs_all_that_lost_events_left(history):
    """E20: of twenty payments, four of whose events never arrived."""
    for payment in [history.start() for _ in range(20)]:
        sandbox.pay(payment.intent_id)
    lost = list(ProviderEvent.objects.values_list("pk", flat=True))[::5]
    ProviderEvent.objects.filter(pk__in=lost).delete()
    Job.objects.filter(key__in=[f"payments.process:{pk}" for pk in lost]).delete()
    history.run_jobs()
    assert Payment.objects.filter(status="held").count() == 16
    result = reconcile()
    assert (counts(result), result.is_clean) == ({"events_missing": 4}, True)
    assert Payment.objects.filter(status="held").count() == 20


def test_a_dry_run_writes_nothing(history):
    """E20: it says what is missing."""
    payment = history.start()
    sandbox.pay(payment.intent_id)
    ProviderEvent.objects.all().delete()
    result = reconcile(dry_run=True)
    assert counts(result) == {"events_missing": 1, "theirs_only": 1}
    assert not Journal.objects.exists()
    assert not ProviderEvent.objects.exists()


def test_a_fee_that_was_known_later_is_recorded(history):
    """E20: the provider says it after the charge."""
    payment = history.make("held")
    row = object_of(payment, "intent")
    payment.journals.get(kind="provider_fee")
    row.data["fee"] += 5
    row.save()
    assert counts(reconcile()) == {"amount_differs": 1}
    other = history.start()
    row = object_of(other, "intent")
    row.data |= {"status": "succeeded", "charge_id": "ch_1", "fee": 0}
    row.save()
    sandbox.emit("payment_intent.succeeded", row)
    history.after(other)
    row.data["fee"] = 99
    row.save()
    assert counts(reconcile()) == {"amount_differs": 1, "repaired": 1}
    assert other.journals.filter(kind="provider_fee").exists()


def lose_events(reference: str) -> None:
    """As if the provider had never sent them, and does not list them any more."""
    objects = SandboxObject.objects.filter(reference=reference)
    ids = list(objects.values_list("object_id", flat=True))
    SandboxObject.objects.filter(kind="event", data__object_id__in=ids).delete()
    ProviderEvent.objects.all().delete()
    Job.objects.filter(name="payments.process").delete()


def test_what_the_provider_did_is_recorded_from_its_object(history):
    """E20: theirs exists, ours was not recorded, and no event says so."""
    payment = history.start()
    sandbox.pay(payment.intent_id)
    lose_events(payment.reference)
    result = reconcile()
    payment.refresh_from_db()
    assert (payment.status, counts(result)) == ("held", {"repaired": 1})
    assert result.is_clean
    assert list(examination.examine()) == []


def test_a_transfer_whose_reply_was_lost_is_recorded(history):
    """E20: the process died between the call and the record."""
    payment = history.held()
    services.release("task", payment.subject_id, actor=payment.payer)
    call = payment.calls.get(kind="transfer")
    sandbox.provider.send(call.kind, call.params, call.idempotency_key)
    lose_events(payment.reference)
    result = reconcile()
    payment.refresh_from_db()
    assert (payment.status, counts(result)) == ("released", {"repaired": 1})


@pytest.mark.parametrize("reference", ["of nobody", "of a released payment"])
def test_a_ghost_transfer_is_found_and_not_booked(history, reference):
    """E20: a transfer that nobody here has asked for."""
    payment = history.make("released")
    sandbox._make(
        "transfer",
        reference=payment.reference if "released" in reference else "pay_x",
        amount=payment.to_payee_cents,
        currency="EUR",
        destination="acct_x",
    )
    result = reconcile()
    assert counts(result) == {"theirs_only": 1}
    assert result.unexplained_cents == payment.to_payee_cents
    assert result.balance_difference_cents == -payment.to_payee_cents
    assert Journal.objects.filter(kind="transfer").count() == 1


@pytest.mark.parametrize("kind", ["transfer", "refund", "intent"])
def test_a_wrong_amount_is_found(history, kind):
    """E20: one cent is enough."""
    payment = history.make("partly_refunded")
    row = object_of(payment, kind)
    row.data["amount"] += 1
    row.save()
    result = reconcile()
    assert counts(result) == {"amount_differs": 1}
    assert result.unexplained_cents == abs(result.balance_difference_cents) == 1


@pytest.mark.parametrize("kind", ["transfer", "refund"])
def test_a_row_that_the_provider_lacks_is_found(history, kind):
    """E20: we have booked what never was."""
    payment = history.make("partly_refunded")
    row = object_of(payment, kind)
    row.delete()
    result = reconcile()
    assert counts(result) == {"ours_only": 1}
    assert row.object_id in result.findings[0]
    assert not result.is_clean


def test_a_journal_that_nothing_proves_is_found(history):
    """E20: written by hand."""
    payment = history.make("held")
    with transaction.atomic():
        post(
            "transfer",
            key="transfer:tr_false",
            currency="EUR",
            payment=payment,
            provider_object="tr_false",
            lines=[Line(Account.SUSPENSE, 5), Line(Account.PROVIDER_BALANCE, -5)],
        )
    assert counts(reconcile()) == {"ours_only": 1}


def test_two_changes_of_one_object_are_not_one(history, monkeypatch):
    """E20: changes and journals belong to each other one by one."""
    history.make("released")
    changes = list(sandbox.provider.changes(timezone.now() - timedelta(days=1)))
    twice = [*changes, changes[-1]]
    monkeypatch.setattr(sandbox.provider, "changes", lambda since: iter(twice))
    assert counts(reconcile()) == {"theirs_only": 1}


def test_every_injected_fault_is_found_among_others(history):
    """E20: 100 % of the faults, each once, in a history of every ending."""
    made = {ending: history.make(ending) for ending in ENDINGS}
    row = object_of(made["released"], "transfer")
    row.data["amount"] -= 3
    row.save()
    object_of(made["refunded"], "refund").delete()
    sandbox._make(
        "refund", reference="pay_x", amount=11, currency="EUR", status="succeeded"
    )
    missing = history.start()
    sandbox.pay(missing.intent_id)
    ProviderEvent.objects.filter(object_id=missing.intent_id).delete()
    assert counts(reconcile()) == {
        "amount_differs": 1,
        "ours_only": 1,
        "theirs_only": 1,
        "events_missing": 1,
    }


def of_type(type_, amount=-700):
    return Change(
        "txn_own", type_, "", amount, 0, "eur", timezone.now() - timedelta(hours=1)
    )


def add_change(monkeypatch, change):
    monkeypatch.setattr(sandbox.provider, "changes", lambda since: iter([change]))
    monkeypatch.setattr(
        sandbox.provider, "balance_cents", lambda currency: change.amount_cents
    )


def test_an_unknown_change_goes_to_suspense_once(monkeypatch, settings):
    """E20: and staff are notified."""
    settings.ALERT_EMAILS = ["staff@example.com"]
    add_change(monkeypatch, of_type("reserve_hold"))
    first, second = reconcile(), reconcile()
    assert (counts(first), counts(second)) == ({"suspended": 1}, {})
    assert (first.suspense_cents, second.suspense_cents) == (700, 700)
    assert not second.is_clean  # until somebody explains it
    assert Job.objects.filter(name="jobs.send_mail").count() == 1


@pytest.mark.parametrize(
    ("type_", "account"), [("payout", "bank"), ("stripe_fee", "provider_fees")]
)
def test_the_platforms_own_changes_are_booked_once(monkeypatch, type_, account):
    """E20: its payouts, and fees that belong to no payment."""
    add_change(monkeypatch, of_type(type_))
    assert counts(reconcile()) == {"booked": 1}
    result = reconcile()
    assert (counts(result), result.is_clean) == ({}, True)
    entry = Journal.objects.get().entries.get(account=account)
    assert entry.amount_cents == 700


def test_journals_of_old_changes_are_no_false_alarm(history, monkeypatch):
    """E20: a change from before the period whose event came days later."""
    payment = history.make("held")
    week_ago = timezone.now() - timedelta(days=7)
    SandboxObject.objects.exclude(kind="event").update(created_at=week_ago)
    Payment.objects.filter(pk=payment.pk).update(
        created_at=week_ago - timedelta(hours=1)
    )
    result = reconcile(days=1)
    assert (result.findings, result.is_clean) == ([], True)


def run(*arguments) -> tuple[int, dict]:
    """The exit code of the command, and its last line."""
    out = StringIO()
    try:
        call_command("reconcile", *arguments, stdout=out)
    except CommandError as error:
        return error.returncode, json.loads(out.getvalue().splitlines()[-1])
    return 0, json.loads(out.getvalue().splitlines()[-1])


def test_the_command_ends_with_counts(history, settings):
    """E20: JSON in its last line, and 1 for what is not explained."""
    settings.PAYMENT_PROVIDER = "sandbox"
    payment = history.make("released")
    code, found = run()
    assert (code, found["is_clean"], found["matched"]) == (0, True, 2)
    object_of(payment, "transfer").delete()
    code, found = run("--since", "2020-01-01", "--dry-run")
    assert (code, found["is_clean"], found["matched"]) == (1, False, 1)


def test_without_a_provider_there_is_nothing_to_compare(settings):
    """E20: a site without payments."""
    settings.PAYMENT_PROVIDER = "off"
    out = StringIO()
    call_command("reconcile", stdout=out)
    assert "no provider" in out.getvalue()


# --- What takes too long --------------------------------------------------------------


def problem_of(payment, **later) -> str:
    watch.look(timezone.now() + timedelta(**later))
    payment.refresh_from_db()
    return payment.problem


def test_a_payment_held_too_long_is_reported_once(history, settings):
    """E20: before the provider's own limit; staff decide."""
    settings.ALERT_EMAILS = ["staff@example.com"]
    payment = history.make("held")
    assert problem_of(payment, days=79) == ""
    for _each in range(2):
        assert problem_of(payment, days=81) == "held_too_long"
    assert Job.objects.filter(key__contains="held_too_long").count() == 1


def test_a_slow_release_is_reported(history):
    """E20: 15 minutes after the decision."""
    payment = history.held()
    services.release("task", payment.subject_id, actor=payment.payer)
    assert problem_of(payment, minutes=14) == ""
    assert problem_of(payment, minutes=16) == "release_slow"


def test_a_call_of_unknown_outcome_is_reported(history):
    """E20: nobody knows for half an hour what the provider did."""
    payment = history.held()
    services.refund("task", payment.subject_id, actor=payment.payer)
    now = timezone.now()
    ProviderCall.objects.filter(payment=payment, kind="refund").update(
        state="unknown", first_sent_at=now
    )
    assert problem_of(payment, minutes=20) == ""
    assert problem_of(payment, minutes=31) == "call_unclear"
