"""A task that is paid: from the acceptance to the payee, and every way back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from core.exceptions import NotAllowed, NotFound
from notifications.models import Notification
from payments import carrying, clients
from payments.models import Payment, PayoutAccount, ProviderCall, SandboxObject
from payments.providers import sandbox
from payments.providers.base import Unclear
from payments.tests.factories import PaymentFactory, payable_account
from tasks import jobs, payments
from tasks.models import TaskApplication, TaskRequest
from tasks.tests.factories import ApplicationFactory, TaskFactory
from tasks.workflow import TASK_WORKFLOW

pytestmark = pytest.mark.django_db


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


def post(api, person, task, name, body=None):
    return api.as_(person).post(f"/api/tasks/{task.pk}/{name}", body or {})


def pay(api, person, task, key="one"):
    client = api.as_(person)
    client.credentials(**client._credentials, HTTP_IDEMPOTENCY_KEY=key)
    return client.post(f"/api/tasks/{task.pk}/payment")


def settle(run_jobs):
    """Let the worker prepare the payment, and the payer pay it."""
    run_jobs()
    sandbox.pay(Payment.objects.get().intent_id)
    run_jobs()


def status_of_payment(run_jobs=None):
    if run_jobs:
        run_jobs()
    return Payment.objects.get().status


def later(**ago):
    return timezone.now() + timedelta(**ago)


# --- The acceptance and the price -----------------------------------------------------


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


# --- Starting the payment -------------------------------------------------------------


def test_a_payment_needs_a_key(api, accepted, alice):
    refused = post(api, alice, accepted, "payment")
    assert (refused.status_code, refused.json()["code"]) == (
        400,
        "idempotency_key_required",
    )
    assert not Payment.objects.exists()


def test_a_replay_answers_the_same_payment(api, accepted, alice):
    """Of one key and of two, there is one payment and one call of the provider."""
    first, again, other = (pay(api, alice, accepted, key) for key in ("a", "a", "b"))
    assert first.json() == again.json()
    assert other.json()["payment"]["id"] == first.json()["payment"]["id"]
    assert ProviderCall.objects.count() == 1


def test_the_payer_gets_what_the_browser_needs(api, accepted, alice):
    """E15: the payer need not wait for a worker; the call is carried out by the GET."""
    started = pay(api, alice, accepted).json()
    assert started["client"] == {"provider": "sandbox", "url": None}
    assert started["payment"]["actions"] == ["pay"]
    path = f"/api/tasks/{accepted.pk}/payment"
    url = api.as_(alice).get(path).json()["client"]["url"]
    assert url.rpartition("/")[2] in str(_sandbox_secrets())


def _sandbox_secrets():
    return [row.data["secret"] for row in SandboxObject.objects.filter(kind="intent")]


def test_nobody_else_sees_the_secret(api, accepted, alice, bob, mallory, caplog):
    """E15: the worker sees the payment alone, strangers nothing; no log has it."""
    pay(api, alice, accepted)
    path = f"/api/tasks/{accepted.pk}/payment"
    api.as_(alice).get(path)
    [secret] = _sandbox_secrets()
    seen = api.as_(bob).get(path)
    assert seen.status_code == 200
    assert "client" not in seen.json()
    assert secret not in seen.content.decode()
    assert api.as_(mallory).get(path).status_code == 404
    assert pay(api, mallory, accepted).status_code == 404
    assert pay(api, bob, accepted).status_code == 403
    assert secret not in caplog.text


def test_what_one_pays_with_is_made_for_the_payer_alone(api, accepted, alice, bob):
    """E15: whatever view asks for it."""
    pay(api, alice, accepted)
    payment = Payment.objects.get()
    clients.prepare(payment)
    payment.refresh_from_db()
    assert clients.client_of(payment, viewer=alice)["url"]
    assert clients.client_of(payment, viewer=bob) is None


def test_a_new_worker_does_not_read_of_the_last_payment(
    api, held, alice, bob, mallory, run_jobs
):
    """E15: `payment_status` is of the present worker's payment."""
    post(api, bob, held, "give-back")
    run_jobs()
    payable_account(mallory)
    post(api, mallory, held, "apply", {"price": 60})
    post(api, alice, held, "accept", {"user_id": mallory.pk})
    shown = api.as_(mallory).get(f"/api/tasks/{held.pk}").json()
    assert shown["payment_status"] is None


def test_an_open_task_is_not_paid(api, task, alice, ready):
    """Out of order: nobody does it yet."""
    assert pay(api, alice, task).status_code == 409


def test_work_that_goes_on_is_paid(api, alice, bob, ready):
    """Whichever other tasks there are."""
    other, task = (
        TaskFactory(creator=alice, assigned_to=bob, assigned=True, agreed_price=price)
        for price in (40, 50)
    )
    post(api, bob, task, "start")
    assert pay(api, alice, task).json()["payment"]["price"] == 50.0
    assert not Payment.objects.filter(subject_id=other.pk).exists()


def test_the_creator_alone_pays_whoever_calls_it(accepted, bob, mallory):
    with pytest.raises(NotFound):
        payments.start(accepted, actor=mallory)
    with pytest.raises(NotAllowed):
        payments.start(accepted, actor=bob)


def test_done_work_is_not_paid_any_more(api, alice, bob, ready):
    task = TaskFactory(creator=alice, assigned_to=bob, done=True, agreed_price=50)
    assert pay(api, alice, task).json()["code"] == "invalid_transition"


def test_a_task_is_paid_once(api, held, alice):
    refused = pay(api, alice, held, "two")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_paid")


def test_without_a_provider_nothing_is_paid(api, accepted, alice, bob, settings):
    """Nor does any work wait for money that nobody could pay."""
    settings.PAYMENT_PROVIDER = "off"
    refused = pay(api, alice, accepted)
    assert (refused.status_code, refused.json()["code"]) == (409, "payments_off")
    assert post(api, bob, accepted, "start").status_code == 200
    body = {"title": "T", "description": "D", "category": "other"}
    place = {"latitude": 56.95, "longitude": 24.1, "payment_required": True}
    new = api.as_(alice).post("/api/tasks", body | place)
    assert (new.status_code, new.json()["code"]) == (409, "payments_off")
    free = api.as_(alice).post("/api/tasks", body | place | {"payment_required": False})
    assert free.status_code == 201


def test_only_the_parties_read_of_the_payment(api, held, alice, bob, mallory):
    path = f"/api/tasks/{held.pk}"
    for person in (alice, bob):
        shown = api.as_(person).get(path).json()
        assert (shown["agreed_price"], shown["payment_status"]) == (50.0, "held")
    TaskRequest.objects.filter(pk=held.pk).update(status="completed")
    assert "payment_status" not in api.as_(mallory).get(path).json()


# --- Rows that move money -------------------------------------------------------------


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


def dispute(api, task, person):
    assert post(api, person, task, "dispute", {"reason": "No."}).status_code == 200
    task.refresh_from_db()


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


# --- Money that comes late, or not at all ---------------------------------------------


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
