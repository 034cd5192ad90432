"""Tasks whose work is done, with held money and without."""

from collections.abc import Iterator
from itertools import count

PRICE_CENTS = 4500
_numbers = count(1)


class Market:
    """A creator and the workers of their tasks."""

    def __init__(self, workers: int):
        from accounts import tokens

        self.creator, *self.workers = make_people(workers + 1)
        token = tokens.open_session(self.creator)["token"]
        self.headers = {"Authorization": f"Bearer {token}"}

    def tasks(self, *, paid: bool) -> list[str]:
        """Return the path of the confirmation of a new task of each worker."""
        tasks = [_done_task(self.creator, worker) for worker in self.workers]
        if paid:
            hold(tasks)
        return [f"/api/tasks/{task.pk}/confirm" for task in tasks]


def make_people(number: int) -> list:
    """Return new people to whom transfers can be sent."""
    from accounts.models import User
    from payments.models import PayoutAccount, SandboxObject

    names = [f"payments{next(_numbers)}" for _each in range(number)]
    people = User.objects.bulk_create(
        User(username=name, email=f"{name}@example.com", password="!") for name in names
    )
    data = {"purpose": "", "status": "active", "requirements": [], "secret": ""}
    SandboxObject.objects.bulk_create(
        SandboxObject(kind="account", object_id=f"acct_{person.pk}", data=data)
        for person in people
    )
    PayoutAccount.objects.bulk_create(
        PayoutAccount(
            user=person,
            provider="sandbox",
            account_id=f"acct_{person.pk}",
            country="LV",
            entity_type="individual",
            status="active",
        )
        for person in people
    )
    return people


def _done_task(creator, worker):
    from django.utils import timezone

    from tasks.models import TaskRequest

    return TaskRequest.objects.create(
        creator=creator,
        assigned_to=worker,
        title="Saskrūvēt skapi",
        description="Instrumenti ir uz vietas.",
        category="assembly",
        latitude=56.95,
        longitude=24.1,
        budget=PRICE_CENTS / 100,
        agreed_price=PRICE_CENTS / 100,
        status=TaskRequest.Status.PENDING_CONFIRMATION,
        marked_done_at=timezone.now(),
    )


def hold(tasks: list) -> None:
    """Let the creators pay, as the API and a worker do it; the queue is emptied."""
    from jobs.models import Job
    from payments import services
    from payments.models import Payment
    from payments.providers import sandbox
    from payments.services import Payable

    for task in tasks:
        about = (task.pk, task.title, task.creator, task.assigned_to)
        services.start(Payable("task", *about, PRICE_CENTS, "EUR"))
    _catch_up()
    ids = [task.pk for task in tasks]
    payments = Payment.objects.filter(subject_id__in=ids)
    for payment in payments:
        sandbox.pay(payment.intent_id)
    _catch_up()
    if payments.filter(status="held").count() != len(tasks):
        raise RuntimeError("A payment is not held.")
    Job.objects.all().delete()


def _catch_up() -> None:
    """Do what is due without a worker."""
    from django.conf import settings
    from django.utils import timezone

    from payments import carrying, inbox, outbox

    settings.PAYMENT_CALLS_PER_SECOND = 10_000  # of this process alone
    for call_id in outbox.due_calls(timezone.now()):
        carrying.carry(call_id)
    for event_id in inbox.waiting(before=timezone.now()):
        inbox.process(event_id)


def check_ledger() -> None:
    """Raise `RuntimeError` for a fault in the ledger."""
    from payments import examination

    faults: Iterator = examination.examine()
    for fault in faults:
        raise RuntimeError(str(fault))
