"""Disputes of payers' banks, before and after the money was released."""

import itertools
from typing import get_args

import pytest
from stripe import Dispute

from payments import ledger, services
from payments.exceptions import PaymentDisputed
from payments.models import Payment
from payments.models.ledger import Account
from payments.providers import stripe_facts
from payments.tests.test_stripe_flow import assert_books_agree

pytestmark = pytest.mark.django_db


@pytest.fixture
def released(held, stripe, alice, go_on) -> Payment:
    services.release("task", 7, actor=alice)
    go_on()
    held.refresh_from_db()
    assert held.status == "released"
    return held


def test_a_dispute_freezes_what_is_held(held, stripe, alice, go_on):
    """E14: a confirmation is 409 meanwhile, and so is a refund."""
    stripe.dispute(held.intent_id)
    go_on()
    held.refresh_from_db()
    assert (held.status, held.dispute_status) == ("frozen", "open")
    for move in (services.release, services.refund):
        with pytest.raises(PaymentDisputed):
            move("task", 7, actor=alice)
    assert_books_agree()


def test_a_warning_freezes_and_moves_nothing(held, stripe, go_on):
    """E14: of an inquiry nothing is withdrawn."""
    warning = stripe.dispute(held.intent_id, "warning_needs_response")
    go_on()
    held.refresh_from_db()
    assert (held.status, held.dispute_status) == ("frozen", "warning")
    assert not held.journals.filter(kind="dispute_withdrawn").exists()
    stripe.change_dispute(warning["id"], "warning_closed")
    go_on()
    held.refresh_from_db()
    assert (held.status, held.dispute_status) == ("held", "closed")


@pytest.mark.parametrize(
    ("path", "end", "kept"),
    [
        (["under_review", "won"], "held", 5000),
        (["lost"], "lost", 0),
        (["lost", "appeal_under_review", "won"], "held", 5000),
    ],
    ids=["won", "lost", "won after an appeal"],
)
def test_a_dispute_while_held_ends(held, stripe, go_on, path, end, kept):
    """E14: lost and won are booked once."""
    dispute = stripe.dispute(held.intent_id)
    go_on()
    for status in path:
        stripe.change_dispute(dispute["id"], status)
        go_on()
    held.refresh_from_db()
    assert (held.status, ledger.held_cents(held)) == (end, kept)
    assert_books_agree()


@pytest.mark.parametrize("order", list(itertools.permutations(range(3)))[1:])
def test_events_of_a_dispute_come_in_any_order(held, stripe, deliver, run_jobs, order):
    """E3: each reads the dispute as it is: created, withdrawn and closed."""
    dispute = stripe.dispute(held.intent_id)
    stripe.change_dispute(dispute["id"], "lost")
    events = stripe.events.take()
    for place in order:
        deliver([events[place]])
        run_jobs()
    held.refresh_from_db()
    assert (held.status, held.dispute_status) == ("lost", "lost")
    assert_books_agree()


def test_a_dispute_after_the_release_is_recovered(released, stripe, go_on):
    """E13, E14: the transfer is reversed before anything is given back."""
    stripe.dispute(released.intent_id)
    go_on()
    released.refresh_from_db()
    assert (released.status, released.reversed_cents) == ("recovered", 4500)
    assert_books_agree()


def test_a_payee_who_has_no_money_left_owes_it(released, stripe, go_on, bobs_account):
    """E13: it stays visible as being recovered, and is no silent loss."""
    stripe.pay_out(bobs_account.account_id)
    dispute = stripe.dispute(released.intent_id)
    go_on()
    released.refresh_from_db()
    assert (released.status, released.problem) == ("recovering", "reverse_rejected")
    stripe.change_dispute(dispute["id"], "lost")
    go_on()
    released.refresh_from_db()
    assert released.status == "lost"
    owed = ledger.balance_of_person(released.payee, Account.RECOVERABLE)
    assert owed == 4500
    assert_books_agree()


def test_a_dispute_that_is_won_pays_the_payee_again(released, stripe, go_on):
    """E14: what was taken back for it is transferred again."""
    dispute = stripe.dispute(released.intent_id)
    go_on()
    stripe.change_dispute(dispute["id"], "won")
    go_on()
    released.refresh_from_db()
    assert (released.status, released.transferred_cents) == ("released", 9000)
    assert released.reversed_cents == 4500
    assert_books_agree()


def test_an_early_warning_of_fraud_moves_nothing(held, stripe, go_on):
    """It is stored for staff: whether to refund is their decision."""
    stripe.warn_of_fraud(held.intent_id)
    go_on()
    held.refresh_from_db()
    assert held.status == "held"


def test_an_appeal_opens_a_lost_dispute_again(held, stripe, go_on):
    """E14: until it is decided, the bank may still take the money or return it."""
    dispute = stripe.dispute(held.intent_id, "lost")
    go_on()
    stripe.change_dispute(dispute["id"], "appeal_under_review")
    go_on()
    held.refresh_from_db()
    assert (held.status, held.dispute_status) == ("lost", "open")


def test_each_status_of_the_sdk_has_a_meaning():
    """One that is missing would stop every event of such a dispute."""
    status = Dispute.__annotations__["status"]
    known = {name for each in get_args(status) for name in get_args(each)}
    assert len(known) == 10
    assert known == stripe_facts.DISPUTE_STATUSES.keys()
