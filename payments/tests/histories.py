"""Payments of every ending, on the sandbox."""

from decimal import Decimal

from accounts.tests.factories import UserFactory
from payments import services
from payments.models import Payment, SandboxObject
from payments.providers import sandbox
from payments.services import Payable
from payments.tests.factories import payable_account

# How a payment is made to end, and its status then.
ENDINGS = {
    "pending": "pending",
    "held": "held",
    "frozen": "frozen",
    "released": "released",
    "refunded": "refunded",
    "partly_refunded": "partly_refunded",
    "payout_blocked": "payout_blocked",
    "expired": "expired",
    "late": "refunded",
    "disputed": "frozen",
    "lost": "lost",
    "won": "held",
    "recovering": "recovered",
    "written_off": "recovered",
    "rewon": "released",
}


class History:
    """Makes payments: `History(run_jobs).make("released")`."""

    def __init__(self, run_jobs):
        self.run_jobs = run_jobs
        self.number = 0

    def start(self, price=5000) -> Payment:
        self.number += 1
        payee = UserFactory()
        payable_account(payee)
        payment = services.start(
            Payable("task", self.number, "Windows", UserFactory(), payee, price, "EUR")
        )
        return self.after(payment)

    def after(self, payment) -> Payment:
        self.run_jobs()
        payment.refresh_from_db()
        return payment

    def held(self) -> Payment:
        payment = self.start(4000 + 7 * self.number)
        sandbox.pay(payment.intent_id)
        return self.after(payment)

    def make(self, ending: str) -> Payment:
        payment = self.start() if ending in UNPAID else self.held()
        MAKERS[ending](payment, self)
        return self.after(payment)


def nothing(payment, history):
    """It stays as it is."""


def release(payment, history):
    services.release("task", payment.subject_id, actor=payment.payer)
    history.run_jobs()


def refund(payment, history):
    services.refund("task", payment.subject_id, actor=payment.payer)


def split(payment, history):
    amount = Decimal(payment.price_cents // 3) / 100
    services.split(
        "task",
        payment.subject_id,
        actor=UserFactory(is_staff=True),
        worker_amount=amount,
        reason="Half done",
    )


def freeze(payment, history):
    services.freeze("task", payment.subject_id, actor=payment.payer)


def block(payment, history):
    sandbox.set_account(payment.payee.payout_account.account_id, "restricted")
    history.run_jobs()
    release(payment, history)


def expire(payment, history):
    services.refund("task", payment.subject_id, actor=payment.payer)


def pay_late(payment, history):
    # The payer is quicker than the cancellation, which is refused then.
    services.refund("task", payment.subject_id, actor=payment.payer)
    sandbox.pay(payment.intent_id)


def dispute(payment, history, *, is_won=None):
    name = sandbox.open_dispute(payment.reference)
    history.run_jobs()
    if is_won is not None:
        sandbox.close_dispute(name, is_won=is_won)
        history.run_jobs()


def lose(payment, history):
    dispute(payment, history, is_won=False)


def win(payment, history):
    dispute(payment, history, is_won=True)


def released_and(then):
    def make(payment, history):
        release(payment, history)
        then(payment, history)

    return make


UNPAID = ("pending", "expired", "late")
MAKERS = {
    "pending": nothing,
    "held": nothing,
    "frozen": freeze,
    "released": release,
    "refunded": refund,
    "partly_refunded": split,
    "payout_blocked": block,
    "expired": expire,
    "late": pay_late,
    "disputed": dispute,
    "lost": lose,
    "won": win,
    "recovering": released_and(dispute),
    "written_off": released_and(lose),
    "rewon": released_and(win),
}


def object_of(payment: Payment, kind: str) -> SandboxObject:
    return SandboxObject.objects.get(kind=kind, reference=payment.reference)
