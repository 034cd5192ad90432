"""What nobody should send, and what happens between two steps."""

import json
from decimal import Decimal

import pytest

from accounts.models import User
from accounts.tests.factories import UserFactory, suspend
from core.exceptions import NotAllowed
from payments import approvals
from payments.exceptions import SecondApproverNeeded
from payments.models import PayoutAccount, ProviderEvent, StaffRequest
from payments.signals import payment_changed
from payments.tests.histories import History
from tests.live import payment_provider as stub
from tests.live.payment_stub.events import PATHS, SECRETS

pytestmark = pytest.mark.django_db


# --- Names from outside ---------------------------------------------------------------


@pytest.mark.parametrize("page", ["pay", "account"])
@pytest.mark.parametrize("name", ["%00", "a%00b", "%ED%A0%80", "a" * 500, "é"])
def test_a_page_of_the_sandbox_that_cannot_be_is_404(
    client, page, name, django_assert_num_queries
):
    """E19: the database, which takes no NUL in a JSON value, is not asked."""
    with django_assert_num_queries(0):
        answer = client.get(f"/payments/sandbox/{page}/{name}")
    assert answer.status_code == 404


def post(client, content: dict, endpoint: str):
    body = json.dumps(content).encode()
    return client.post(
        PATHS[endpoint],
        body,
        content_type="application/json",
        headers={"Stripe-Signature": stub.sign(body, SECRETS[endpoint])},
    )


def about(name="cus_1", kind="customer") -> dict:
    return {"data": {"object": {"id": name, "object": kind}}}


@pytest.mark.parametrize(
    "changes",
    [
        *({"id": name} for name in ("", "e" * 151, "e\0", "e\ud800", "é", 5, None)),
        *({"type": name} for name in ("", "t" * 101, "t\0", ["t"])),
        *({"account": name} for name in ("a" * 101, "a\0", {"id": "a"})),
        *(about(name) for name in ("o" * 151, "o\0", ["o"])),
        *(about(kind=kind) for kind in ("k" * 101, "k\0", {"k": 1}, None)),
        *({"created": at} for at in (1e18, -1e18, 1e30, 1e400, "1", None)),
    ],
)
def test_a_signed_event_that_cannot_be_stored_is_400(stripe, client, changes):
    """E1: never a 500."""
    event = {"id": "evt_1", "object": "event", "type": "customer.created"}
    event |= {"created": 1, "livemode": False, **about()}
    assert post(client, event | changes, "platform").status_code == 400
    assert not ProviderEvent.objects.exists()
    assert post(client, event, "platform").status_code == 204


def related(name="acct_1", kind="v2.core.account") -> dict:
    return {"id": name, "type": kind, "url": f"/v2/core/accounts/{name}"}


@pytest.mark.parametrize(
    "changes",
    [
        *({"id": name} for name in ("e" * 151, "e\0", 5)),
        {"type": "t\0"},
        *({"related_object": related(name)} for name in ("o" * 151, "\0", "a" * 101)),
        {"related_object": related(kind="a\0")},
        *({"created": at} for at in (5, None, "9999-12-31T23:59:59-12:00")),
    ],
)
def test_a_signed_thin_event_that_cannot_be_stored_is_400(stripe, client, changes):
    """E1: never a 500."""
    event = {"id": "evt_1", "object": "v2.core.event", "type": "v2.core.account.flew"}
    event |= {"created": "2031-05-06T00:00:00Z", "livemode": False}
    event |= {"related_object": related()}
    assert post(client, event | changes, "accounts").status_code == 400
    assert not ProviderEvent.objects.exists()
    assert post(client, event, "accounts").status_code == 204


def test_a_webhook_that_is_too_large_is_told_so(stripe, client):
    """Signed or not, it is not read."""
    answer = client.post(PATHS["platform"], "x" * 300_000, content_type="text/plain")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.json()["error"] == "The request is too large."


# --- Decisions of staff ---------------------------------------------------------------


@pytest.fixture
def history(run_jobs) -> History:
    return History(run_jobs)


@pytest.fixture
def decided_while():
    """`decided_while(receiver)` runs it in the middle of each decision."""
    connected = []

    def connect(receiver) -> None:
        connected.append(receiver)
        payment_changed.connect(receiver)

    yield connect
    for receiver in connected:
        payment_changed.disconnect(receiver)


def act(payment, staff, action="release-by-staff", **params):
    return approvals.act(payment, actor=staff, action=action, reason="So.", **params)


def test_a_release_by_staff_reads_the_account_once(history, staff, decided_while):
    """E12: an account that becomes active meanwhile leaves no release without it."""
    payment = history.held()
    PayoutAccount.objects.update(status="restricted")

    def activate(sender, **data):
        PayoutAccount.objects.update(status="active")

    decided_while(activate)
    act(payment, staff)
    payment.refresh_from_db()
    assert payment.status == "payout_blocked"
    assert not payment.calls.filter(kind="transfer").exists()


def test_a_transfer_that_is_asked_for_is_not_blocked(history, staff, decided_while):
    """E12: the account is restricted after the transfer was asked for."""
    payment = history.held()

    def restrict(sender, **data):
        PayoutAccount.objects.update(status="restricted")

    decided_while(restrict)
    act(payment, staff)
    payment.refresh_from_db()
    assert payment.status == "releasing"


@pytest.fixture
def much(settings):
    """Every decision is about much money."""
    settings.PAYMENT_SECOND_APPROVER_CENTS = 3000


def approve(request, actor):
    return approvals.REQUEST_WORKFLOW.run("approve", request, actor=actor, reason="Ok")


@pytest.mark.parametrize(
    "change", [suspend, lambda rows: rows.update(is_staff=False)], ids=["in", "out"]
)
def test_a_request_of_who_is_staff_no_more_is_not_approved(
    history, staff, much, change
):
    """E18: it takes two members of staff; it is rejected, and asked for anew."""
    payment, first = history.held(), UserFactory(is_staff=True)
    request = act(payment, first)
    change(User.objects.filter(pk=first.pk))
    with pytest.raises(NotAllowed):
        approve(request, staff)
    approvals.REQUEST_WORKFLOW.run("reject", request, actor=staff)
    assert act(payment, staff).status == "waiting"


def test_another_decision_is_told_that_it_is_not_stored(history, staff, much):
    """E18: also the same one with another part; the code is the same."""
    payment = history.held()
    act(payment, staff, "split-by-staff", worker_amount=Decimal(10))
    for action, params in (
        ("release-by-staff", {}),
        ("split-by-staff", {"worker_amount": Decimal(20)}),
    ):
        with pytest.raises(SecondApproverNeeded, match="Yours was not stored") as other:
            act(payment, staff, action, **params)
        assert other.value.code == "second_approver_needed"
    with pytest.raises(SecondApproverNeeded, match="The request waits for them"):
        act(payment, staff, "split-by-staff", worker_amount=Decimal(10))
    assert StaffRequest.objects.count() == 1
