"""Legal and illegal steps with faults, in any order: the ledger always balances."""

import os
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import F, Sum
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.tests.factories import UserFactory
from core.exceptions import DomainError
from payments import carrying, inbox, outbox, services
from payments.effects import CONTESTED
from payments.models import (
    Balance,
    Entry,
    Journal,
    Payment,
    PayoutAccount,
    ProviderCall,
    ProviderEvent,
    SandboxObject,
)
from payments.models.ledger import Account
from payments.providers import sandbox
from payments.providers.base import Unclear
from payments.tests.factories import payable_account

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", 12))
STEPS = int(os.environ.get("MACHINE_STEPS", 40))
SUBJECTS = (1, 2)  # few: the steps meet each other
subjects = st.sampled_from(SUBJECTS)
some = st.integers(0, 10**6)  # picks one of what there is


class Payments(RuleBasedStateMachine):
    """Two things that are paid for, on the sandbox; a real database is the subject."""

    def __init__(self):
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()

    def teardown(self):
        try:
            self.drain()
            self.check_end()
        finally:
            transaction.set_rollback(True)
            self.world.__exit__(None, None, None)

    @initialize()
    def people(self):
        self.payer, self.payee, self.staff = UserFactory(), UserFactory(), UserFactory()
        self.account = payable_account(self.payee)

    # --- What people do -----------------------------------------------------------

    def attempt(self, function, *arguments, **keywords):
        try:
            with transaction.atomic():
                return function(*arguments, **keywords)
        except DomainError:
            return None  # refused, and nothing is written

    @rule(subject=subjects, cents=st.integers(1, 600_000))
    def start(self, subject, cents):
        payable = services.Payable(
            "task", subject, "A thing", self.payer, self.payee, cents, "EUR"
        )
        self.attempt(services.start, payable)

    @rule(subject=subjects, cents=st.integers(200, 500_000), is_heard=st.booleans())
    def start_and_pay(self, subject, cents, is_heard):
        """The usual way to money that is held; sometimes without its event."""
        self.start(subject, cents)
        payment = services.current("task", subject)
        if payment is None or payment.status != "pending":
            return
        self.time_passes()
        for call in payment.calls.filter(kind="create_intent"):
            carrying.carry(call.pk)
        payment.refresh_from_db()
        if payment.intent_id:
            sandbox.pay(payment.intent_id)
        if is_heard:
            self.work()

    @rule()
    def work(self):
        """Workers and the inbox are quick, for once."""
        self.time_passes()
        for call in self.live_calls():
            carrying.carry(call.pk)
        for event in ProviderEvent.objects.filter(state="new").order_by("pk"):
            self.process(event)

    @rule(subject=subjects)
    def release(self, subject):
        self.attempt(services.release, "task", subject, actor=self.payer)

    @rule(subject=subjects)
    def refund(self, subject):
        self.attempt(services.refund, "task", subject, actor=self.payer)

    @rule(subject=subjects)
    def freeze(self, subject):
        self.attempt(services.freeze, "task", subject, actor=self.payer)

    @rule(subject=subjects, cents=st.integers(0, 600_000))
    def split(self, subject, cents):
        self.attempt(
            services.split,
            "task",
            subject,
            actor=self.staff,
            worker_amount=Decimal(cents) / 100,
            reason="Both are right",
        )

    @rule(chance=st.integers(0, 9))
    def expire(self, chance):
        if chance:  # otherwise little else would happen
            return
        Payment.objects.update(expires_at=timezone.now())
        services.expire_unpaid(timezone.now())

    # --- What the world does ------------------------------------------------------

    def intents(self):
        return list(SandboxObject.objects.filter(kind="intent").order_by("pk"))

    @precondition(lambda self: SandboxObject.objects.filter(kind="intent").exists())
    @rule(which=some)
    def pay(self, which):
        intents = self.intents()
        sandbox.pay(intents[which % len(intents)].object_id)

    @precondition(lambda self: SandboxObject.objects.filter(kind="intent").exists())
    @rule(which=some, warning=st.booleans())
    def contest(self, which, warning):
        if which % 3:  # now and then
            return
        paid = [each for each in self.intents() if each.data["status"] == "succeeded"]
        contested = SandboxObject.objects.filter(kind="dispute")
        paid = [
            each
            for each in paid
            if not contested.filter(reference=each.reference).exists()
            and not SandboxObject.objects.filter(
                reference=each.reference, kind="refund"
            ).exists()  # what was refunded cannot be contested
        ]
        if paid:
            reference = paid[which % len(paid)].reference
            sandbox.open_dispute(reference, warning=warning)

    @rule(which=some, is_won=st.booleans())
    def judge(self, which, is_won):
        disputes = list(SandboxObject.objects.filter(kind="dispute").order_by("pk"))
        # An appeal may overturn what was lost.
        open_ones = ("open", "warning", "lost") if is_won else ("open", "warning")
        undecided = [d for d in disputes if d.data["status"] in open_ones]
        if undecided:
            dispute = undecided[which % len(undecided)]
            is_won = is_won or dispute.data["status"] == "warning"
            sandbox.close_dispute(dispute.object_id, is_won=is_won)

    @rule(status=st.sampled_from(["active", "active", "restricted"]))
    def account_changes(self, status):
        sandbox.set_account(self.account.account_id, status)

    # --- What the machines do, and how they fail ----------------------------------

    def live_calls(self):
        return list(ProviderCall.objects.filter(state__in=outbox.OPEN).order_by("pk"))

    @rule(which=some)
    def carry(self, which):
        if calls := self.live_calls():
            carrying.carry(calls[which % len(calls)].pk)

    @rule(which=some)
    def reply_is_lost(self, which):
        """The provider has done it, and we do not hear of it."""
        calls = self.live_calls()
        if not calls:
            return
        send = sandbox.Sandbox.send

        def deaf(provider, kind, params, key):
            send(provider, kind, params, key)
            raise Unclear("no reply")

        sandbox.Sandbox.send = deaf
        try:
            carrying.carry(calls[which % len(calls)].pk)
        finally:
            sandbox.Sandbox.send = send

    @rule(which=some)
    def worker_dies(self, which):
        """A call is claimed, and its process ends before it is sent."""
        if calls := self.live_calls():
            carrying._claim(calls[which % len(calls)].pk)

    @rule()
    def time_passes(self):
        """All leases and pauses end."""
        now = timezone.now()
        ProviderCall.objects.filter(state__in=outbox.OPEN).update(
            due_at=now, lease_until=None
        )

    @rule()
    def a_day_passes(self):
        """The provider forgets its keys."""
        self.time_passes()
        ProviderCall.objects.exclude(first_sent_at=None).update(
            first_sent_at=F("first_sent_at") - timedelta(hours=25)
        )
        SandboxObject.objects.exclude(idempotency_key=None).update(idempotency_key=None)

    @rule(which=some)
    def event_arrives(self, which):
        events = list(ProviderEvent.objects.order_by("pk"))
        if events:
            self.process(events[which % len(events)])

    @rule(which=some)
    def event_arrives_again(self, which):
        events = list(ProviderEvent.objects.filter(state="done").order_by("pk"))
        if events:
            event = events[which % len(events)]
            ProviderEvent.objects.filter(pk=event.pk).update(state="new", attempts=0)
            self.process(event)

    def process(self, event):
        try:
            inbox.process(event.pk)
        except Unclear:
            ProviderEvent.objects.filter(pk=event.pk).update(attempts=0)

    # --- What always holds --------------------------------------------------------

    @invariant()
    def every_journal_is_zero(self):
        sums = Entry.objects.values("journal").annotate(sum=Sum("amount_cents"))
        assert not sums.exclude(sum=0).exists()
        assert not Journal.objects.filter(sealed_at=None).exists()

    @invariant()
    def balances_are_the_sums_of_entries(self):
        for balance in Balance.objects.all():
            owner = (
                {"payment": balance.payment_id}
                if balance.payment_id
                else {"person": balance.person_id}
            )
            entries = Entry.objects.filter(account=balance.account, **owner)
            total = entries.aggregate(Sum("amount_cents"))["amount_cents__sum"]
            assert balance.amount_cents == total

    @invariant()
    def nothing_is_paid_twice(self):
        for payment in Payment.objects.all():
            moved = payment.transferred_cents - payment.reversed_cents
            assert moved + payment.refunded_cents <= payment.charged_cents
            done = payment.calls.filter(kind="transfer", state="done", purpose="")
            assert done.count() <= 1
        for intent in self.intents():
            assert sandbox._left(intent) >= 0

    # --- In the end ---------------------------------------------------------------

    def drain(self):
        """Let everything that is on its way arrive."""
        for _round in range(60):
            self.time_passes()
            for call in self.live_calls():
                carrying.carry(call.pk)
            new = ProviderEvent.objects.filter(state="new")
            for event in new.order_by("pk"):
                self.process(event)
            if not self.live_calls() and not new.exists():
                return
        raise AssertionError(
            f"stuck: {[(c, c.error) for c in self.live_calls()]},"
            f" {list(new.values_list('type', 'error'))}"
        )

    def check_end(self):
        assert not ProviderEvent.objects.filter(state="parked").exists(), list(
            ProviderEvent.objects.filter(state="parked").values_list("error")
        )
        balance = Entry.objects.filter(account=Account.PROVIDER_BALANCE).aggregate(
            Sum("amount_cents")
        )["amount_cents__sum"]
        assert (balance or 0) == sandbox.provider.balance_cents("EUR")
        for payment in Payment.objects.all():
            self.check_payment(payment)

    def check_payment(self, payment):
        held = -sum(
            Balance.objects.filter(payment=payment, account=Account.HELD).values_list(
                "amount_cents", flat=True
            )
        )
        assert (held > 0) == (payment.status in ("held", "frozen")), payment.status
        assert held in (0, payment.price_cents)
        assert payment.status != "releasing", payment.problem
        account = PayoutAccount.objects.get(user=self.payee)
        if payment.status == "released":
            assert (
                payment.transferred_cents - payment.reversed_cents
                == payment.to_payee_cents
            )
            paid = payment.to_payee_cents + payment.commission_cents
            assert paid + payment.to_payer_cents == payment.charged_cents
        if payment.status == "refunded":
            assert payment.refunded_cents == payment.charged_cents
        if payment.status == "payout_blocked" and account.is_payable:
            assert payment.dispute_status in CONTESTED  # the bank may take it


@pytest.mark.django_db
def test_no_order_of_steps_and_faults_breaks_the_ledger(monkeypatch, settings_of_pace):
    """E3, E7, E8, E9, E11, E12, E14: a state machine with the ledger as the model."""
    run_state_machine_as_test(
        Payments,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
    assert connection.in_atomic_block


@pytest.fixture
def settings_of_pace(settings):
    settings.PAYMENT_CALLS_PER_SECOND = 1_000_000
    settings.ALERT_EMAILS = []
