"""The provider is away, or a day passes: calls wait, and nothing moves twice."""

import os
from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.tests.factories import UserFactory
from jobs.models import Job
from payments import carrying, jobs, outbox, services
from payments.models import Payment, PayoutAccount, ProviderCall, ProviderEvent
from payments.providers import sandbox
from payments.providers.base import Rejected, Unclear
from payments.providers.sandbox import Sandbox
from payments.tests.histories import History
from payments.tests.test_stripe_calls import aged

pytestmark = pytest.mark.django_db
MANY = int(os.environ.get("UNKNOWN_CALLS", 10))
MINUTE_S = 60
OUTAGE_S, CATCH_UP_S = 30 * MINUTE_S, 10 * MINUTE_S


@pytest.fixture
def history(run_jobs, settings) -> History:
    settings.PAYMENT_CALLS_PER_SECOND = 10_000
    return History(run_jobs)


def time_passes(seconds: int) -> None:
    """Let what waits have waited so much longer, and carry what is due by then."""
    earlier = timedelta(seconds=seconds)
    waiting = ProviderCall.objects.filter(state__in=outbox.OPEN)
    waiting.update(due_at=F("due_at") - earlier)
    waiting.update(first_sent_at=F("first_sent_at") - earlier)
    for call_id in outbox.due_calls(timezone.now()):
        carrying.carry(call_id)


def release(payments: list[Payment]) -> None:
    for payment in payments:
        services.release("task", payment.subject_id, actor=payment.payer)


def test_what_waited_for_half_an_hour_is_done_within_ten_minutes(history, monkeypatch):
    """E8: the pauses between attempts are short enough."""
    payments = [history.held() for _ in range(10)]

    def away(*arguments):
        raise Unclear("out of reach")

    with monkeypatch.context() as outage:
        outage.setattr(Sandbox, "send", away)
        release(payments)  # decided at once
        for _minute in range(OUTAGE_S // MINUTE_S):
            time_passes(MINUTE_S)
        assert ProviderCall.objects.filter(state="unknown").count() == len(payments)
    for _half_minute in range(CATCH_UP_S // 30):
        time_passes(30)
    assert not ProviderCall.objects.filter(state__in=outbox.OPEN).exists()
    assert set(Payment.objects.values_list("status", flat=True)) == {"released"}


def test_a_call_whose_job_is_lost_is_queued_anew(history, run_jobs):
    """E8: after a minute, and once an hour."""
    payment = history.held()
    release([payment])
    Job.objects.filter(name="payments.carry").delete()
    jobs.carry_due_calls()
    assert "payments.carry" not in run_jobs()
    ProviderCall.objects.update(due_at=timezone.now() - timedelta(minutes=2))
    for _minute in range(2):
        jobs.carry_due_calls()
    assert run_jobs().count("payments.carry") == 1
    payment.refresh_from_db()
    assert payment.status == "released"


def test_a_release_that_crossed_the_change_of_an_account_is_made_good(history):
    """E12: neither of the two transactions saw the other."""
    payment = history.make("payout_blocked")
    sandbox.set_account(payment.payee.payout_account.account_id, "active")
    ProviderEvent.objects.filter(state="new").update(state="done")
    PayoutAccount.objects.update(status="active")
    jobs.look_for_slow_payments()
    assert history.after(payment).status == "released"


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({"status": "releasing"}, "released"),
        ({"status": "refunding", "to_payer_cents": 0}, "partly_refunded"),
    ],
)
def test_what_was_decided_without_a_transfer_is_transferred(history, changes, end):
    """E12: as by a decision of staff that crossed the change of the account."""
    payment = history.make("payout_blocked")
    sandbox.set_account(payment.payee.payout_account.account_id, "active")
    ProviderEvent.objects.filter(state="new").update(state="done")
    PayoutAccount.objects.update(status="active")
    Payment.objects.update(**changes)
    jobs.look_for_slow_payments()
    assert history.after(payment).status == end


def test_a_release_that_the_provider_refused_waits_for_a_change(history, monkeypatch):
    """E12: otherwise the payee would be notified of the same every ten minutes."""
    payment = history.held()

    def refuse(*arguments):
        raise Rejected("account_invalid")

    monkeypatch.setattr(Sandbox, "send", refuse)
    release([payment])
    assert history.after(payment).status == "payout_blocked"
    jobs.look_for_slow_payments()
    assert history.after(payment).calls.filter(kind="transfer").count() == 1


def test_calls_of_unknown_outcome_are_transferred_once(
    stripe, alice, bob, bobs_account, go_on, run_jobs
):
    """E8, E9: a day later, when the provider has forgotten the keys."""
    go_on()
    payments = []
    for number in range(MANY):
        thing = ("task", number, "Windows", UserFactory(), bob, 5000, "EUR")
        payments.append(services.start(services.Payable(*thing)))
    go_on()
    for intent_id in Payment.objects.values_list("intent_id", flat=True):
        stripe.pay(intent_id)
    go_on()
    for number in range(MANY):  # half of them were done, and half were not
        stripe.fail(path="/v1/transfers", **LOST[number % 2])
    release(payments)
    run_jobs()
    unknown = ProviderCall.objects.filter(kind="transfer", state="unknown")
    assert unknown.count() == MANY
    stripe.advance(25 * 3600)
    for call in unknown:
        aged(call)
    for _attempt in range(3):
        time_passes(CATCH_UP_S)
        go_on()
    codes = ProviderCall.objects.filter(state="rejected").values_list("error_code")
    assert set(codes) == {("absent",)}  # none was sent twice and refused
    groups = Counter(each["transfer_group"] for each in stripe.of_kind("transfer"))
    assert (len(groups), groups.total()) == (MANY, MANY)
    assert set(Payment.objects.values_list("status", flat=True)) == {"released"}


LOST = ({"is_lost": True}, {"status": 503})
