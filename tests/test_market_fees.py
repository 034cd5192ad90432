"""A changed fee applies to what is agreed from then on, and to nothing else."""

from decimal import Decimal

import pytest

from payments import services
from payments.models import Payment
from payments.money import current_terms, terms_of
from payments.tests.factories import payable_account
from tasks.models import TaskRequest
from tasks.tests.factories import ApplicationFactory, TaskFactory
from tasks.tests.paid.steps import pay, post, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def accept(api, alice, bob):
    """`accept()` lets Alice accept Bob's application at 50."""
    payable_account(bob)

    def run(**fields) -> TaskRequest:
        task = TaskFactory(creator=alice, budget=50, applications_count=1, **fields)
        ApplicationFactory(task=task, applicant=bob, price=50)
        accepted = post(api, alice, task, "accept", {"user_id": bob.pk})
        assert accepted.status_code == 200
        task.refresh_from_db()
        return task

    return run


def quote(api, person):
    path = "/api/payments/quote?amount=50"
    return api.as_(person).get(path).json()


def test_the_quote_is_by_the_fee_of_now(api, alice, set_market):
    assert quote(api, alice)["fee"] == 5
    set_market(fee_bps=2000)
    assert (quote(api, alice)["fee"], quote(api, alice)["worker_gets"]) == (10, 40)


@pytest.mark.parametrize(
    ("values", "cents", "fee"),
    [
        ({"fee_bps": 0}, 5000, 0),
        ({"fee_bps": 250}, 5000, 125),
        ({"fee_bps": 1}, 5000, 0),  # half a cent, to the even one
        ({"fee_bps": 100, "fee_min_cents": 80}, 5000, 80),
        ({"fee_bps": 100, "fee_min_cents": 80}, 60, 60),  # never more than the price
    ],
)
def test_a_fee_is_a_share_and_at_least_the_smallest_one(set_market, values, cents, fee):
    set_market(**values)
    assert current_terms().fee_of(cents) == fee


@pytest.mark.parametrize("is_required", [True, False])
def test_what_was_agreed_is_paid_by_the_fee_of_then(
    api, alice, accept, set_market, is_required
):
    task = accept(payment_required=is_required)
    set_market(fee_bps=3000, fee_min_cents=150)
    assert pay(api, alice, task).status_code == 201
    assert Payment.objects.get().fee_cents == 500


def test_what_is_agreed_later_is_paid_by_the_new_fee(api, alice, accept, set_market):
    set_market(fee_bps=3000)
    pay(api, alice, accept(payment_required=True))
    assert Payment.objects.get().fee_cents == 1500


def test_a_payment_that_expired_is_made_anew_by_the_agreed_fee(
    api, alice, accept, set_market
):
    task = accept(payment_required=True)
    pay(api, alice, task, key="one")
    Payment.objects.update(expires_at="2020-01-01T00:00:00Z")
    set_market(fee_bps=3000)
    pay(api, alice, task, key="two")
    assert [row.fee_cents for row in Payment.objects.all()] == [500, 500]


def test_held_money_is_released_by_the_fee_of_then(
    api, alice, bob, accept, set_market, run_jobs
):
    task = accept(payment_required=True)
    pay(api, alice, task)
    settle(run_jobs)
    set_market(fee_bps=3000)
    post(api, bob, task, "mark-done")
    assert post(api, alice, task, "confirm").status_code == 200
    payment = Payment.objects.get()
    assert (payment.to_payee_cents, payment.commission_cents) == (4500, 500)


def test_a_division_is_by_the_agreed_fee(
    api, alice, staff, accept, set_market, run_jobs
):
    task = accept(payment_required=True)
    pay(api, alice, task)
    settle(run_jobs)
    set_market(fee_bps=3000)
    services.split(
        "task", task.pk, actor=staff, worker_amount=Decimal(30), reason="Half"
    )
    assert Payment.objects.get().commission_cents == 300


def test_deals_of_the_last_release_are_by_the_environment(set_market):
    set_market(fee_bps=3000)
    assert terms_of(None, None).fee_of(5000) == 500


def test_a_task_that_is_open_again_is_agreed_anew(api, alice, bob, accept, set_market):
    task = accept()
    assert post(api, bob, task, "give-back", {"reason": "Ill"}).status_code == 200
    task.refresh_from_db()
    assert (task.agreed_fee_bps, task.agreed_fee_min_cents) == (None, None)


def test_a_limit_that_is_lowered_keeps_nobody_from_paying(
    api, alice, accept, set_market
):
    task = accept(payment_required=True)
    set_market(payment_max_cents=1000)
    assert pay(api, alice, task).status_code == 201


def test_payments_of_new_tasks_can_be_switched_off(api, alice, accept, set_market):
    agreed, free = accept(payment_required=True), accept()
    set_market(payments_open=False)
    form = {"title": "Snow", "description": "Help", "category": "other"}
    form |= {"budget": 50, "latitude": 56.9, "longitude": 24.1}
    refused = api.as_(alice).post("/api/tasks", form | {"payment_required": True})
    assert (refused.status_code, refused.json()["code"]) == (403, "payments_closed")
    assert pay(api, alice, free).json()["code"] == "payments_closed"
    assert pay(api, alice, agreed, key="two").status_code == 201


def test_staff_may_require_payment_of_every_task(accept, set_market):
    set_market(payment_required=True)
    assert accept().payment_required is True
    set_market(payments_open=False)
    assert accept().payment_required is False
