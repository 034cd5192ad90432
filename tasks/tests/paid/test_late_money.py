"""Money that comes late, or not at all."""

import pytest

from notifications.models import Notification
from payments.models import Payment
from payments.providers import sandbox
from payments.tests.factories import PaymentFactory
from tasks import jobs, payments
from tasks.tests.factories import ApplicationFactory, TaskFactory
from tasks.tests.paid.steps import dispute, later, pay, post, settle, status_of_payment

pytestmark = pytest.mark.django_db


def test_a_task_that_is_not_paid_is_open_again(api, accepted, alice, bob, settings):
    """E19: both are notified, and nothing counts against the worker."""
    pay(api, alice, accepted)
    early = later(hours=settings.PAYMENT_UNPAID_HOURS - 1)
    assert jobs.reopen_unpaid_tasks(early, dry_run=False) == 0
    due = later(hours=settings.PAYMENT_UNPAID_HOURS, minutes=1)
    assert jobs.reopen_unpaid_tasks(due, dry_run=False) == 1
    accepted.refresh_from_db()
    bob.refresh_from_db()
    assert (accepted.status, accepted.assigned_to) == ("open", None)
    assert (status_of_payment(), bob.tasks_given_back) == ("expired", 0)
    assert bob.applications.get().status == "pending"
    kinds = set(Notification.objects.values_list("recipient", "kind"))
    assert {(alice.pk, "task_unpaid"), (bob.pk, "task_unpaid_worker")} <= kinds


def test_who_was_passed_over_counts_again(api, task, alice, bob, mallory, ready):
    other = ApplicationFactory(task=task, applicant=mallory)
    post(api, alice, task, "accept", {"user_id": bob.pk})
    jobs.reopen_unpaid_tasks(later(days=2), dry_run=False)
    other.refresh_from_db()
    assert other.status == "pending"


def test_a_paid_task_stays_with_its_worker(held):
    assert jobs.reopen_unpaid_tasks(later(days=2), dry_run=False) == 0


def test_money_for_a_task_that_is_open_again_goes_back(api, accepted, alice, run_jobs):
    """E19: 3-D Secure was left, and confirmed too late."""
    pay(api, alice, accepted)
    run_jobs()
    jobs.reopen_unpaid_tasks(later(days=2), dry_run=False)
    sandbox.pay(Payment.objects.get().intent_id)
    assert status_of_payment(run_jobs) == "refunded"


def test_money_that_comes_after_the_work_is_shown(api, alice, bob, ready, run_jobs):
    """Optional: it is paid while the work already waits for confirmation."""
    task = TaskFactory(creator=alice, assigned_to=bob, assigned=True, agreed_price=50)
    pay(api, alice, task)
    post(api, bob, task, "mark-done")
    assert Payment.objects.get().auto_release_at is None
    settle(run_jobs)
    assert Payment.objects.get().auto_release_at is not None


def test_money_that_comes_into_a_dispute_is_frozen(api, alice, bob, ready, run_jobs):
    task = TaskFactory(creator=alice, assigned_to=bob, assigned=True, agreed_price=50)
    pay(api, alice, task)
    post(api, bob, task, "mark-done")
    dispute(api, task, alice)
    settle(run_jobs)
    assert status_of_payment() == "frozen"


def test_only_money_for_a_task_is_followed(done):
    """Neither that of other things, nor what else becomes of a payment."""
    own = Payment.objects.get()
    Payment.objects.update(auto_release_at=None)
    other = PaymentFactory(subject_type="listing", subject_id=done.pk)
    payments.follow(Payment, payment=other, name="hold")
    payments.follow(Payment, payment=own, name="release")
    payments.follow(Payment, payment=PaymentFactory(), name="hold")  # without a task
    own.refresh_from_db()
    assert own.auto_release_at is None
    payments.follow(Payment, payment=own, name="hold")
    own.refresh_from_db()
    assert own.auto_release_at is not None


def test_work_that_is_not_done_has_no_release_to_show(held):
    payments.show_release(held)
    assert Payment.objects.get().auto_release_at is None
