"""Pay for tasks as a creator and a worker of the queue do it."""

from jobs.worker import run_next
from payments.models import Payment
from payments.providers import sandbox
from tasks import payments
from tasks.models import TaskRequest


def work() -> None:
    """Do what is due."""
    while run_next("test"):
        pass


def started(task: TaskRequest) -> Payment:
    """Return the payment of a task, which can be paid."""
    payment = payments.start(task, actor=task.creator)
    work()
    payment.refresh_from_db()
    return payment


def held(task: TaskRequest) -> Payment:
    """Return the payment of a task, whose money is held."""
    payment = started(task)
    sandbox.pay(payment.intent_id)
    work()
    return payment
