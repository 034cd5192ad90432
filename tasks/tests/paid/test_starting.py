"""Who pays, when and how often."""

import pytest

from core.exceptions import NotAllowed, NotFound
from payments import clients
from payments.models import Payment, ProviderCall, SandboxObject
from payments.tests.factories import payable_account
from tasks import payments
from tasks.models import TaskRequest
from tasks.tests.factories import TaskFactory
from tasks.tests.paid.steps import pay, post

pytestmark = pytest.mark.django_db


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
