"""What moves the money of a task."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from notifications.models import Notification
from payments import carrying
from payments.models import Payment, ProviderCall
from payments.money import to_cents
from payments.providers import sandbox
from payments.providers.base import Unclear
from payments.tests.factories import payable_account
from tasks import jobs
from tasks.models import Dispute
from tasks.tests.factories import TaskFactory
from tasks.tests.paid.steps import dispute, later, pay, post, status_of_payment
from tasks.workflow import TASK_WORKFLOW

pytestmark = pytest.mark.django_db


def test_a_confirmation_releases_the_money(api, done, alice, run_jobs):
    shown = post(api, alice, done, "confirm").json()["task"]
    assert (shown["status"], shown["payment_status"]) == ("completed", "releasing")
    assert status_of_payment(run_jobs) == "released"
    assert post(api, alice, done, "confirm").status_code == 409


def test_marking_as_done_shows_when_the_money_goes(done, settings):
    due_at = done.marked_done_at + timedelta(days=settings.AUTO_CONFIRM_DAYS)
    assert Payment.objects.get().auto_release_at == due_at


def test_an_answer_does_not_wait_for_the_provider(
    api, done, alice, run_jobs, monkeypatch
):
    """E21: the confirmation answers at once; the transfer follows later."""

    def away(*args):
        raise Unclear("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(sandbox.Sandbox, "send", away)
        assert post(api, alice, done, "confirm").status_code == 200
        run_jobs()
        assert status_of_payment() == "releasing"
    ProviderCall.objects.update(due_at=timezone.now())
    call = ProviderCall.objects.get(kind="transfer")
    carrying.carry(call.pk)
    assert status_of_payment(run_jobs) == "released"


def test_no_answer_releases_the_money(done, run_jobs, settings):
    jobs.confirm_tasks(later(days=settings.AUTO_CONFIRM_DAYS, minutes=1), dry_run=False)
    done.refresh_from_db()
    assert done.status == "completed"
    assert status_of_payment(run_jobs) == "released"


def test_the_creator_is_reminded_twice(done, settings):
    """7 and 2 days before; each once."""
    days = settings.AUTO_CONFIRM_DAYS
    for at in (days - 8, days - 6.5, days - 6, days - 1.5, days - 1):
        jobs.remind_of_confirmations(later(days=at), dry_run=False)
    assert jobs.remind_of_confirmations(later(days=days - 1), dry_run=True) == 0
    reminders = Notification.objects.filter(kind="task_confirming_soon")
    assert [row.recipient_id for row in reminders] == [done.creator_id] * 2


def test_cash_needs_no_reminder(alice, bob):
    TaskFactory(creator=alice, assigned_to=bob, done=True)
    assert jobs.remind_of_confirmations(later(days=10), dry_run=True) == 0


def test_a_cancellation_refunds_all(api, held, alice, run_jobs):
    assert post(api, alice, held, "cancel").status_code == 200
    assert status_of_payment(run_jobs) == "refunded"
    assert Payment.objects.get().refunded_cents == 5000


def test_the_payment_knows_who_cancelled_and_why(api, held, alice):
    post(api, alice, held, "cancel", {"reason": "We move."})
    event = Payment.objects.get().events.get(name="refund")
    assert (event.actor, event.reason) == (alice, "We move.")


def test_a_task_that_is_given_back_is_refunded(api, held, bob, run_jobs):
    assert post(api, bob, held, "give-back").status_code == 200
    held.refresh_from_db()
    assert (held.status, held.agreed_price) == ("open", None)
    assert status_of_payment(run_jobs) == "refunded"
    payment = api.as_(bob).get(f"/api/tasks/{held.pk}/payment")
    assert payment.status_code == 404  # no longer a party: it is below /api/payments


def test_who_comes_after_is_paid_anew(api, held, alice, bob, mallory, run_jobs):
    """E15: the second worker sees nothing of the payment of the first."""
    post(api, bob, held, "give-back")
    run_jobs()
    payable_account(mallory)
    post(api, mallory, held, "apply", {"price": 60})
    post(api, alice, held, "accept", {"user_id": mallory.pk})
    path = f"/api/tasks/{held.pk}/payment"
    assert api.as_(mallory).get(path).status_code == 404
    assert pay(api, alice, held, "second").json()["payment"]["price"] == 60.0


@pytest.mark.parametrize("name", ["cancel", "give-back"])
def test_done_work_is_not_called_off(api, done, alice, bob, name):
    person = alice if name == "cancel" else bob
    assert post(api, person, done, name).status_code == 409
    assert status_of_payment() == "held"


def test_a_dispute_freezes_and_staff_divide(api, done, alice, staff, run_jobs):
    dispute(api, done, alice)
    assert status_of_payment() == "frozen"
    half = {"worker_amount": Decimal(30), "reason": "Half"}
    TASK_WORKFLOW.run("settle-split", done, actor=staff, **half)
    assert status_of_payment(run_jobs) == "partly_refunded"
    done.refresh_from_db()
    assert done.status == "completed"
    told = Notification.objects.filter(kind="dispute_divided")
    assert told.count() == 2


@pytest.mark.parametrize(
    ("name", "end"),
    [("settle-for-worker", "released"), ("settle-for-creator", "refunded")],
)
def test_staff_settle_for_one(api, done, alice, staff, run_jobs, name, end):
    dispute(api, done, alice)
    TASK_WORKFLOW.run(name, done, actor=staff, reason="Seen.")
    assert status_of_payment(run_jobs) == end


def test_staff_divide_in_the_admin(api, done, alice, administrator, run_jobs):
    dispute(api, done, alice)
    path = f"/admin/tasks/taskrequest/{done.pk}/action/settle-split/"
    assert "worker_amount" in administrator.get(path).content.decode()
    administrator.post(path, {"reason": "Half", "worker_amount": "20.00"})
    assert status_of_payment(run_jobs) == "partly_refunded"


def test_a_moderator_divides_by_a_share(api, done, alice, moderator, run_jobs):
    """Whoever does not see the price says per cent of it."""
    dispute(api, done, alice)
    path = f"/admin/tasks/taskrequest/{done.pk}/action/settle-split/"
    moderator.post(path, {"reason": "A third", "worker_percent": "33.33"})
    assert status_of_payment(run_jobs) == "partly_refunded"
    price = to_cents(done.agreed_price, "EUR")
    part = Dispute.objects.get().worker_cents
    assert part == round(price * Decimal("0.3333"))


def test_a_moderator_gives_no_amount(api, done, alice, moderator, run_jobs):
    """The answers to several amounts would tell the price."""
    dispute(api, done, alice)
    path = f"/admin/tasks/taskrequest/{done.pk}/action/settle-split/"
    split = {"reason": "Half", "worker_amount": "999999"}
    answer = moderator.post(path, split, follow=True)
    assert "you do not see the price" in answer.content.decode()
    assert status_of_payment(run_jobs) == "frozen"


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"worker_amount": "20.00", "worker_percent": "33"},
        {"worker_percent": "101"},
        {"worker_percent": "0"},
        {"worker_percent": "100"},
    ],
)
def test_what_is_no_division_moves_nothing(
    api, done, alice, administrator, run_jobs, parts
):
    dispute(api, done, alice)
    path = f"/admin/tasks/taskrequest/{done.pk}/action/settle-split/"
    administrator.post(path, {"reason": "Half"} | parts)
    assert status_of_payment(run_jobs) == "frozen"


def test_while_the_bank_decides_nothing_moves(api, done, alice, run_jobs, settings):
    """E14: 409 `payment_disputed`, and no automatic confirmation."""
    sandbox.open_dispute(Payment.objects.get().reference)
    run_jobs()
    refused = post(api, alice, done, "confirm")
    assert (refused.status_code, refused.json()["code"]) == (409, "payment_disputed")
    at = later(days=settings.AUTO_CONFIRM_DAYS + 1)
    assert jobs.confirm_tasks(at, dry_run=False) == 0
    done.refresh_from_db()
    assert done.status == "pending_confirmation"


def test_a_release_waits_for_the_account(api, done, alice, ready, run_jobs):
    """E12: parked, and resumed by the event of the account."""
    sandbox.set_account(ready.account_id, "restricted")
    run_jobs()
    assert post(api, alice, done, "confirm").status_code == 200
    assert status_of_payment(run_jobs) == "payout_blocked"
    sandbox.set_account(ready.account_id, "active")
    assert status_of_payment(run_jobs) == "released"
