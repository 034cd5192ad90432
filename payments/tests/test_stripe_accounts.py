"""Accounts of payees at Stripe, and what is sent to the bank."""

import pytest

from notifications.models import Notification
from payments import services
from payments.exceptions import PayeeNotReady
from payments.jobs import protect_held_balance
from payments.models import PayoutAccount, ProviderEvent
from payments.providers import get_provider
from payments.providers.base import Rejected
from payments.services import Payable

pytestmark = pytest.mark.django_db


def open_account(bob):
    provider = get_provider("stripe")
    return provider.open_account(person=bob, country="LV", entity_type="individual")


def test_an_account_waits_for_what_its_owner_provides(stripe, bob):
    state = open_account(bob)
    assert (state.status, state.requirements) == (
        "restricted",
        ("identity.individual.dob",),
    )
    [row] = stripe.of_kind("v2.core.account")
    assert row["identity"] == {"country": "lv", "entity_type": "individual"}
    assert row["applied_configurations"] == ["merchant", "recipient"]


def test_a_repeated_request_makes_one_account(stripe, bob):
    """E8: a reply may be lost here too."""
    assert open_account(bob).id == open_account(bob).id
    assert len(stripe.of_kind("v2.core.account")) == 1


def test_a_platform_with_the_approval_asks_for_transfers_alone(stripe, bob, settings):
    """Without it Stripe refuses such an account."""
    settings.STRIPE_TRANSFERS_ONLY = True
    with pytest.raises(Rejected):
        open_account(bob)
    stripe.needs_cards = False
    bob.email = "other@market.test"
    open_account(bob)
    [row] = stripe.of_kind("v2.core.account")
    assert row["applied_configurations"] == ["recipient"]


def test_the_onboarding_is_at_a_link(stripe, bob):
    """E22: what it says afterwards is read from the API."""
    provider, account = get_provider("stripe"), open_account(bob).id
    url = provider.account_link(
        account,
        return_url="https://market.test/back",
        refresh_url="https://market.test/again",
    )
    assert url.startswith(stripe.url)
    assert provider.account_state(account).status == "restricted"


@pytest.mark.parametrize(
    "status", ["active", "pending", "restricted", "rejected", "unsupported"]
)
def test_only_the_transfers_capability_decides(stripe, bobs_account, go_on, status):
    """E12: each of its statuses is recorded from the event."""
    go_on()
    stripe.set_account(bobs_account.account_id, status)
    go_on()
    bobs_account.refresh_from_db()
    assert bobs_account.status == status
    assert bobs_account.is_payable == (status == "active")


def test_an_event_before_the_account_is_recorded_waits(stripe, bob, deliver, run_jobs):
    """E4: it is no mismatch: the request that has made the account may still run."""
    open_account(bob)
    deliver()
    run_jobs(may_fail=True)
    event = ProviderEvent.objects.get()
    assert (event.state, event.attempts) == ("new", 1)


def test_accounts_of_another_system_are_none_of_ours(stripe, bob, go_on):
    """E6: without our metadata there is no alert either."""
    account = open_account(bob).id
    stripe.change(account, metadata={})
    go_on()
    assert ProviderEvent.objects.get().state == "done"


def test_nobody_is_paid_for_who_cannot_be_paid(stripe, alice, bob, bobs_account, go_on):
    """E12: 409 before the payer pays."""
    stripe.set_account(bobs_account.account_id, "restricted")
    go_on()
    with pytest.raises(PayeeNotReady):
        services.start(Payable("task", 8, "Paint", alice, bob, 5000, "EUR"))


@pytest.mark.parametrize("is_known", [True, False])
def test_a_release_waits_for_the_account(
    held, stripe, alice, bobs_account, go_on, is_known
):
    """E12: also if only Stripe knows that it cannot be paid; then it goes on."""
    stripe.set_account(bobs_account.account_id, "restricted")
    if is_known:
        go_on()
    services.release("task", 7, actor=alice)
    if not is_known:
        stripe.events.take()  # lost
    go_on()
    held.refresh_from_db()
    assert held.status == "payout_blocked"
    stripe.set_account(bobs_account.account_id, "active")
    PayoutAccount.objects.update(status="restricted")
    go_on()
    held.refresh_from_db()
    assert (held.status, held.transferred_cents) == ("released", 4500)


def test_a_payout_that_fails_after_it_was_paid_is_reported(
    held, stripe, alice, bob, bobs_account, go_on, deliver, run_jobs
):
    """E23: also if the events come in the other order; the ledger has no part in it."""
    services.release("task", 7, actor=alice)
    go_on()
    journals = held.journals.count()
    payout = stripe.pay_out(bobs_account.account_id)
    stripe.fail_payout(payout["id"])
    deliver(stripe.events.take()[::-1])
    run_jobs()
    assert Notification.objects.filter(recipient=bob, kind="payout_failed").count() == 1
    held.refresh_from_db()
    assert (held.status, held.journals.count()) == ("released", journals)


def test_a_disconnected_account_is_not_paid(held, stripe, alice, bobs_account, go_on):
    """E23: its owner is notified, and the money stays held for them."""
    stripe.disconnect(bobs_account.account_id)
    go_on()
    bobs_account.refresh_from_db()
    assert (bobs_account.status, bobs_account.requirements) == (
        "restricted",
        ["account_disconnected"],
    )
    services.release("task", 7, actor=alice)
    go_on()
    held.refresh_from_db()
    assert held.status == "payout_blocked"


def test_automatic_payouts_leave_what_is_held(held, stripe):
    """E25: with a reserve of a tenth; repeated, it follows the ledger."""
    protect_held_balance()
    payouts = stripe.store.settings[""]["payments"]["payouts"]
    assert payouts == {"minimum_balance_by_currency": {"eur": 5500}}


def test_a_site_without_payments_protects_nothing(stripe, settings):
    """E25."""
    settings.PAYMENT_PROVIDER = "off"
    protect_held_balance()
    assert stripe.requests == []


def test_changes_of_the_balance_are_listed_with_their_causes(
    held, stripe, alice, go_on
):
    """The reconciliation compares them with the journals: the oldest first."""
    services.release("task", 7, actor=alice)
    go_on()
    changes = list(get_provider("stripe").changes(held.created_at.replace(second=0)))
    transfer = stripe.of_kind("transfer")[0]["id"]
    assert [(c.type, c.source_id, c.amount_cents, c.fee_cents) for c in changes] == [
        ("charge", held.charge_id, 5000, 100),
        ("transfer", transfer, -4500, 0),
    ]
