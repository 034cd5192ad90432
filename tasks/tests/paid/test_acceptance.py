"""The acceptance of an application fixes the price."""

import pytest

from tasks.models import TaskApplication
from tasks.tests.factories import TaskFactory
from tasks.tests.paid.steps import pay, post

pytestmark = pytest.mark.django_db


def test_an_application_is_at_the_budget_unless_it_names_a_price(api, bob, mallory):
    task = TaskFactory(budget=40)
    plain = post(api, bob, task, "apply").json()["application"]
    named = post(api, mallory, task, "apply", {"proposed_price": 35.5})
    assert (plain["price"], plain["proposed_price"]) == (40.0, 40.0)
    assert named.json()["application"]["price"] == 35.5


@pytest.mark.parametrize(
    "body",
    [
        *({"price": price} for price in (-1, "5", 1e308, 0.001, True)),
        {"price": 1, "proposed_price": 2},
    ],
)
def test_bad_prices_are_refused(api, bob, body):
    """E16: nothing is written."""
    assert post(api, bob, TaskFactory(), "apply", body).status_code == 400
    assert not TaskApplication.objects.exists()


def test_the_acceptance_fixes_the_price(api, alice, bob):
    """The budget that is edited after the application binds nobody who has applied."""
    task = TaskFactory(creator=alice, budget=40)
    post(api, bob, task, "apply")
    api.as_(alice).patch(f"/api/tasks/{task.pk}", {"budget": 10})
    seen_too_low = {"user_id": bob.pk, "price": 10}
    refused = post(api, alice, task, "accept", seen_too_low)
    assert (refused.status_code, refused.json()["code"]) == (409, "price_changed")
    accepted = post(api, alice, task, "accept", {"user_id": bob.pk, "price": 40})
    assert accepted.json()["task"]["agreed_price"] == 40.0


def test_the_path_with_the_id_compares_the_price_too(api, alice, task):
    application = task.applications.get()
    path = f"applications/{application.pk}/accept"
    assert post(api, alice, task, path, {"price": 49.99}).status_code == 409


def test_a_task_without_a_price_stays_free(api, alice, bob):
    task = TaskFactory(creator=alice)
    post(api, bob, task, "apply")
    shown = post(api, alice, task, "accept", {"user_id": bob.pk}).json()["task"]
    assert shown["agreed_price"] is None
    assert shown["payment_required"] is False
    assert pay(api, alice, task).json()["code"] == "price_missing"


def test_who_cannot_be_paid_is_not_accepted(api, task, alice, bob):
    """E12: 409 `payee_not_ready`, and the task stays open."""
    refused = post(api, alice, task, "accept", {"user_id": bob.pk})
    assert (refused.status_code, refused.json()["code"]) == (409, "payee_not_ready")
    task.refresh_from_db()
    assert (task.status, task.agreed_price) == ("open", None)


def test_a_task_that_has_to_be_paid_needs_a_price(api, alice, bob, ready):
    task = TaskFactory(creator=alice, payment_required=True)
    post(api, bob, task, "apply")
    refused = post(api, alice, task, "accept", {"user_id": bob.pk})
    assert refused.json()["code"] == "price_missing"


def test_the_market_may_require_payment_of_all(api, alice, bob, ready, settings):
    """A setting that changes later binds no task that is being done."""
    settings.PAYMENT_REQUIRED = True
    task = TaskFactory(creator=alice, budget=50)
    post(api, bob, task, "apply")
    post(api, alice, task, "accept", {"user_id": bob.pk})
    settings.PAYMENT_REQUIRED = False
    assert post(api, bob, task, "start").json()["code"] == "payment_required"


@pytest.mark.parametrize("name", ["start", "mark-done"])
def test_work_waits_for_the_money(api, accepted, bob, name):
    refused = post(api, bob, accepted, name)
    assert (refused.status_code, refused.json()["code"]) == (409, "payment_required")


def test_cash_stays_possible(api, alice, bob):
    task = TaskFactory(creator=alice, budget=50)
    post(api, bob, task, "apply")
    post(api, alice, task, "accept", {"user_id": bob.pk})
    for person, name in ((bob, "start"), (bob, "mark-done"), (alice, "confirm")):
        assert post(api, person, task, name).status_code == 200


def test_a_market_that_requires_payment_later_binds_no_task(api, alice, bob, settings):
    task = TaskFactory(creator=alice, assigned_to=bob, assigned=True)
    settings.PAYMENT_REQUIRED = True
    assert post(api, bob, task, "start").status_code == 200
