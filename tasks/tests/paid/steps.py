"""Steps of tasks that are paid, over HTTP and by jobs."""

from datetime import timedelta

from django.utils import timezone

from payments.models import Payment
from payments.providers import sandbox


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


def dispute(api, task, person):
    assert post(api, person, task, "dispute", {"reason": "No."}).status_code == 200
    task.refresh_from_db()
