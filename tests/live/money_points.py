"""A process of `make soak-money`: it works on payments, and kills itself at points.

`python -m tests.live.money_points web FIRST LAST` starts, pays and decides the payments
of things with these numbers; `… worker` runs jobs. `MONEY_KILL_CHANCE` is that of
SIGKILL at each point; the name of the point is appended to the file `MONEY_KILLS`.
"""

import os
import random
import signal
import sys
import time
from datetime import timedelta
from decimal import Decimal
from functools import wraps

import django

CHANCE = float(os.environ.get("MONEY_KILL_CHANCE", "0"))
POLL_S = 0.05
PRICE_CENTS = 5000


def die(point: str) -> None:
    """Now and then, end this process as a power cut would."""
    if random.random() < CHANCE:
        kills = os.open(os.environ["MONEY_KILLS"], os.O_APPEND | os.O_WRONLY)
        os.write(kills, f"{point}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)


def around(owner, name: str, *, before: str = "", after: str = "") -> None:
    """Let a function die before it begins, or after it has returned."""
    function = getattr(owner, name)

    @wraps(function)
    def mortal(*arguments, **keywords):
        if before:
            die(before)
        result = function(*arguments, **keywords)
        if after:
            die(after)
        return result

    setattr(owner, name, mortal)


def install() -> None:
    from payments import carrying, inbox, recording
    from payments.providers.sandbox import Sandbox

    carrying.LEASE = timedelta(seconds=2)
    around(Sandbox, "send", before="before the call", after="after the call")
    around(
        carrying, "record_done", before="before the record", after="after the record"
    )
    around(recording, "record", after="in the record")
    around(inbox, "store", after="in the webhook")


def decide(number: int) -> bool:
    """Do the next step for one thing; return whether its payment is over."""
    from django.db import transaction

    from payments import services
    from payments.models import Payment
    from payments.providers import sandbox

    payment = Payment.objects.of("task", number).first()
    with transaction.atomic():
        if payment is None:
            services.start(payable(number))
        elif payment.is_over:
            return True
        elif payment.status == "pending" and payment.intent_id:
            sandbox.pay(payment.intent_id)
        elif payment.status == "held":
            DECISIONS[number % len(DECISIONS)](number)
        die("before the commit")
    die("after the commit")
    return False


def payable(number: int):
    from accounts.models import User
    from payments.services import Payable

    payer = User.objects.get(username="payer")
    payee = User.objects.get(username=f"payee{number % 5}")
    title = f"Task {number}"
    return Payable("task", number, title, payer, payee, PRICE_CENTS, "EUR")


def release(number: int) -> None:
    from payments import services

    services.release("task", number, actor=None)


def refund(number: int) -> None:
    from payments import services

    services.refund("task", number, actor=None)


def split(number: int) -> None:
    from accounts.models import User
    from payments import services

    staff = User.objects.get(username="payer")
    services.split(
        "task", number, actor=staff, worker_amount=Decimal(30), reason="Half done"
    )


DECISIONS = (release, refund, split, release)


def web(first: int, last: int) -> None:
    open_ = set(range(first, last))
    while open_:
        open_ -= {number for number in sorted(open_) if decide(number)}
        time.sleep(POLL_S)


def worker() -> None:
    from jobs.worker import Worker

    running = Worker()
    signal.signal(signal.SIGTERM, running.stop)
    running.run()


def main(role: str, *numbers: str) -> None:
    django.setup()
    install()
    {"web": web, "worker": worker}[role](*map(int, numbers))


if __name__ == "__main__":
    main(*sys.argv[1:])
