"""Tasks that are paid, at each step."""

import pytest

from payments.models import PayoutAccount
from payments.tests.factories import payable_account
from tasks.models import TaskRequest
from tasks.tests.factories import ApplicationFactory, TaskFactory
from tasks.tests.paid.steps import pay, post, settle


@pytest.fixture(autouse=True)
def staff_decide_at_once(settings):
    settings.DISPUTE_RESPONSE_DAYS = 0


@pytest.fixture
def ready(bob) -> PayoutAccount:
    """Bob can be paid."""
    return payable_account(bob)


@pytest.fixture
def task(alice, bob) -> TaskRequest:
    """Bob has applied for 50; payment is required."""
    task = TaskFactory(
        creator=alice, budget=50, payment_required=True, applications_count=1
    )
    ApplicationFactory(task=task, applicant=bob, price=50)
    return task


@pytest.fixture
def accepted(api, task, alice, bob, ready) -> TaskRequest:
    assert post(api, alice, task, "accept", {"user_id": bob.pk}).status_code == 200
    task.refresh_from_db()
    return task


@pytest.fixture
def held(api, accepted, alice, run_jobs) -> TaskRequest:
    """The money is held."""
    assert pay(api, alice, accepted).status_code == 201
    settle(run_jobs)
    return accepted


@pytest.fixture
def done(api, held, bob) -> TaskRequest:
    assert post(api, bob, held, "mark-done").status_code == 200
    held.refresh_from_db()
    return held
