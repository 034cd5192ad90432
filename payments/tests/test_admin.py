"""Payments in the admin: what finance staff see and decide, and moderators do not."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import UserFactory
from audit.models import AuditLogEntry
from conftest import signed_in
from core.encryption import encrypt
from payments import alerts, checks, inbox, queue, reconciliation, services
from payments.findings import Result
from payments.models import Entry, Journal, Payment, ProviderEvent, StaffRequest
from payments.providers import sandbox
from payments.providers.base import Change
from payments.tests.factories import PaymentFactory, make_provider_event
from payments.tests.histories import History

pytestmark = pytest.mark.django_db
PAGES = ("payment", "staffrequest", "payoutaccount", "journal", "balance")
PAGES += ("providercall", "providerevent")


@pytest.fixture
def history(run_jobs) -> History:
    return History(run_jobs)


@pytest.fixture
def accountant(db):
    user = UserFactory(username="accountant", is_staff=True)
    user.groups.add(Group.objects.get(name="Finance"))
    return user


@pytest.fixture
def finance(accountant):
    return signed_in(accountant)


def act(client, row, name, **data):
    """Run an action on the page of a row; return the last message."""
    label = row._meta.label_lower.replace(".", "_")
    path = reverse(f"admin:{label}_action", args=[row.pk, name])
    answer = client.post(path, {"reason": "Looked at it."} | data)
    assert answer.status_code in (302, 403), answer.context["form"].errors
    if answer.status_code == 403:
        return ""
    return [str(message) for message in get_messages(answer.wsgi_request)][-1]


@pytest.mark.parametrize("page", PAGES)
def test_finance_sees_payments_and_moderators_do_not(finance, moderator, page):
    """S1: moderators get 403."""
    path = reverse(f"admin:payments_{page}_changelist")
    assert finance.get(path).status_code == 200
    assert moderator.get(path).status_code == 403


def test_a_moderator_moves_no_money(moderator, history):
    """S1, E18: not with the address of the action either."""
    payment = history.held()
    act(moderator, payment, "refund-by-staff")
    assert history.after(payment).status == "held"


def test_finance_sees_no_sessions_and_no_content(finance):
    """S1: only what payments need."""
    for name in ("accounts_session", "listings_listing", "messaging_conversation"):
        assert finance.get(reverse(f"admin:{name}_changelist")).status_code == 403


def test_the_page_shows_history_calls_and_entries(finance, history):
    """E18: what was decided, what the provider did, and what was booked."""
    payment = history.make("released")
    path = reverse("admin:payments_payment_change", args=[payment.pk])
    html = finance.get(path).content.decode()
    transfer = payment.calls.get(kind="transfer")
    assert transfer.provider_id in html
    assert "finish-release" in html
    assert f"Commission -{payment.commission_cents / 100:.2f}" in html


def test_the_secret_of_the_payer_is_never_shown(administrator, history):
    """E15: not to administrators, neither encrypted nor plain."""
    payment = history.start()
    assert payment.client_secret
    secret = encrypt("cs_known")
    Payment.objects.update(client_secret=secret)
    page = reverse("admin:payments_payment_change", args=[payment.pk])
    for path in (page, reverse("admin:payments_payment_changelist")):
        html = administrator.get(path).content.decode()
        assert secret not in html
        assert "cs_known" not in html
        assert "client_secret" not in html


# --- Decisions ------------------------------------------------------------------------


def test_a_release_needs_a_reason_and_is_audited(finance, history):
    """E18: no reason, no release."""
    payment = history.held()
    path = reverse(
        "admin:payments_payment_action", args=[payment.pk, "refund-by-staff"]
    )
    assert finance.post(path, {"reason": " "}).context["form"].errors
    act(finance, payment, "refund-by-staff")
    assert history.after(payment).status == "refunded"
    entry = AuditLogEntry.objects.get()
    assert (entry.action, entry.reason) == ("refund-by-staff", "Looked at it.")


def test_a_payment_is_divided(finance, history):
    """E18: with the payee's part."""
    payment = history.held()
    act(finance, payment, "split-by-staff", worker_amount="10.50")
    assert history.after(payment).status == "partly_refunded"
    assert payment.to_payer_cents == payment.price_cents - 1050


@pytest.mark.parametrize("part", ["0", "999999", "1.001"])
def test_a_wrong_part_is_a_message(finance, history, part):
    """E16: and no error of the server."""
    payment = history.held()
    assert act(finance, payment, "split-by-staff", worker_amount=part)
    assert history.after(payment).status == "held"


def test_much_money_is_approved_by_another_on_the_page(finance, history, settings):
    """E18: the message says that the request waits."""
    settings.PAYMENT_SECOND_APPROVER_CENTS = 1000
    payment = history.held()
    message = act(finance, payment, "release-by-staff")
    assert "Another member of staff must approve this" in message
    request = StaffRequest.objects.get()
    assert "may not" in act(finance, request, "approve")
    other = UserFactory(is_staff=True)
    other.groups.add(Group.objects.get(name="Finance"))
    act(signed_in(other), request, "approve")
    assert history.after(payment).status == "released"


def test_a_rejected_call_is_tried_again(finance, history):
    """E10, E18: as another attempt with a key of its own."""
    payment = history.held()
    services.refund("task", payment.subject_id, actor=payment.payer)
    payment.calls.filter(kind="refund").update(state="rejected")
    call = payment.calls.get(kind="refund")
    act(finance, call, "retry")
    assert history.after(payment).status == "refunded"
    assert payment.calls.filter(kind="refund").count() == 2
    message = act(finance, call, "retry")
    assert "not the last attempt" in message


def test_a_call_that_nobody_wants_is_not_repeated(finance, history):
    """E10: the payment has gone another way."""
    payment = history.make("released")
    payment.calls.filter(kind="transfer").update(state="rejected")
    call = payment.calls.get(kind="transfer")
    assert "does not need" in act(finance, call, "retry")
    assert payment.calls.filter(kind="transfer").count() == 1


def test_releases_to_a_person_are_stopped_and_go_on(finance, history):
    """E12, E18: what was not sent yet waits too."""
    payment = history.held()
    account = payment.payee.payout_account
    services.release("task", payment.subject_id, actor=payment.payer)
    act(finance, account, "hold-payouts")
    assert history.after(payment).status == "payout_blocked"
    act(finance, account, "resume-payouts")
    assert history.after(payment).status == "released"
    actions = AuditLogEntry.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["hold-payouts", "resume-payouts"]


def test_nobody_frees_their_own_account(accountant, history):
    """E18: a party is not impartial."""
    payment = history.held()
    account = payment.payee.payout_account
    account.user = accountant
    account.save()
    message = act(signed_in(accountant), account, "hold-payouts")
    assert "own account" in message


def test_a_parked_event_is_shown_and_processed_again(finance, history):
    """E5: after ten failures it waits for staff, and on the start page."""
    payment = history.start()
    sandbox.pay(payment.intent_id)
    event = ProviderEvent.objects.get(state="new")
    ProviderEvent.objects.update(state="parked", attempts=inbox.MAX_ATTEMPTS)
    assert history.after(payment).status == "pending"
    assert card(finance, "Parked events")["count"] == 1
    act(finance, event, "retry")
    assert history.after(payment).status == "held"
    assert card(finance, "Parked events")["count"] == 0


def test_an_event_that_is_done_is_not_processed_again(finance):
    """E5: two members of staff at once are one retry."""
    event = make_provider_event(state="done")
    assert "not parked" in act(finance, event, "retry")


def test_an_unknown_change_is_explained(finance):
    """E20: it leaves the suspense account, once."""
    change = Change("txn_1", "reserve_hold", "", -700, 0, "eur", timezone.now())
    result = Result("sandbox", timezone.now(), dry_run=False)
    reconciliation._post_own(result, change, "suspense", kind="unknown_change")
    journal = Journal.objects.get()
    act(finance, journal, "explain", account="bank")
    assert "nothing to explain" in act(finance, journal, "explain", account="bank")
    suspense = Entry.objects.filter(account="suspense")
    assert sum(suspense.values_list("amount_cents", flat=True)) == 0


# --- The queue ------------------------------------------------------------------------


def card(client, title):
    queues = client.get("/admin/").context["queues"]
    return next(queue for queue in queues if queue["title"].startswith(title))


def in_queue(client, **parameters):
    path = reverse("admin:payments_payment_changelist")
    rows = client.get(path, parameters).context["cl"].result_list
    return [row.pk for row in rows]


@pytest.fixture
def waiting(db) -> dict[str, Payment]:
    now = timezone.now()
    rows = {
        "problem": PaymentFactory(problem="refund_failed", problem_at=now),
        "frozen": PaymentFactory(status="frozen", price_cents=9000, held_at=now),
        "payout_blocked": PaymentFactory(status="payout_blocked", price_cents=7000),
        "held_too_long": PaymentFactory(status="held", held_at=now - timedelta(81)),
    }
    PaymentFactory(status="held", held_at=now)
    PaymentFactory(status="released")
    return rows


def test_the_queue_has_what_needs_a_person(finance, waiting):
    """E18: and nothing else; the oldest first."""
    assert in_queue(finance, queue="all") == [row.pk for row in waiting.values()]
    for name, row in waiting.items():
        assert in_queue(finance, queue=name) == [row.pk]
    assert set(waiting) | {"all"} == set(queue.LABELS)
    assert card(finance, "Payments that need")["count"] == 4


def test_the_queue_is_ordered_by_amount(finance, waiting):
    """E18: the largest first."""
    found = in_queue(finance, queue="all", order="amount")
    assert found[:2] == [waiting["frozen"].pk, waiting["payout_blocked"].pk]


def test_a_problem_is_cleared_with_a_reason(finance, history):
    """E18: it leaves the queue, and the audit log says why."""
    payment = history.held()
    alerts.needs_staff(payment, "refund_failed")
    assert in_queue(finance, queue="all") == [payment.pk]
    act(finance, payment, "clear-problem")
    assert in_queue(finance, queue="all") == []
    assert AuditLogEntry.objects.get(action="clear-problem").before == "refund_failed"
    assert "no problem" in act(finance, payment, "clear-problem")


def test_a_party_clears_no_problem_of_their_own(accountant, history):
    """E18: staff who pay decide nothing about it."""
    payment = history.held()
    alerts.needs_staff(payment, "refund_failed")
    Payment.objects.update(payer=accountant)
    assert "party" in act(signed_in(accountant), payment, "clear-problem")


def test_payments_that_are_required_and_impossible_are_warned_of(settings):
    """E18: nobody waits for money that cannot come."""
    settings.PAYMENT_REQUIRED = True
    assert checks.required_payments_are_possible(None) == []
    settings.PAYMENT_PROVIDER = "off"
    [message] = checks.required_payments_are_possible(None)
    assert message.id == "payments.W003"


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("PAYMENT_SECOND_APPROVER_CENTS", 0, checks.large_decisions_are_approved),
        ("ALERT_EMAILS", [], checks.somebody_is_notified),
    ],
)
def test_a_careless_setting_is_warned_of(settings, name, value, check):
    """E18: unless there are no payments."""
    settings.ALERT_EMAILS = ["staff@example.com"]
    settings.PAYMENT_PROVIDER = "stripe"
    assert check(None) == []
    setattr(settings, name, value)
    assert [name in message.msg for message in check(None)] == [True]
    settings.PAYMENT_PROVIDER = "off"
    assert check(None) == []
