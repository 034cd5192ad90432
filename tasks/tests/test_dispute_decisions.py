"""How a dispute ends: by staff, by an offer, or with its task."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from accounts.tests.factories import UserFactory
from audit.models import AuditLogEntry
from notifications.models import Notification
from payments.approvals import REQUEST_WORKFLOW
from payments.models import Payment, StaffRequest
from payments.tests.factories import payable_account
from tasks.disputes import rules
from tasks.disputes import services as disputes
from tasks.models import Dispute, DisputeOffer
from tasks.tests.factories import DisputeFactory, TaskFactory
from tasks.tests.paying import held, work
from tasks.workflow import TASK_WORKFLOW

pytestmark = pytest.mark.django_db
WORDS = "Half of it is not done, as the pictures show."


@pytest.fixture
def deal(alice, bob):
    """A task of 50 whose money is held; Bob works for Alice."""
    payable_account(bob)
    task = TaskFactory(
        creator=alice,
        assigned_to=bob,
        status="in_progress",
        agreed_price=50,
        assigned_at=timezone.now(),
    )
    held(task)
    return task


@pytest.fixture
def filed(deal, alice) -> Dispute:
    return disputes.file(deal.pk, actor=alice, reason="incomplete", description=WORDS)


@pytest.fixture
def heard(filed) -> Dispute:
    """Nobody has answered in time."""
    filed.respond_by = timezone.now() - timedelta(minutes=1)
    filed.save()
    return filed


@pytest.fixture
def late(alice, bob) -> Dispute:
    """About a task that was completed, and paid in cash."""
    task = TaskFactory(creator=alice, assigned_to=bob, completed=True, agreed_price=50)
    return DisputeFactory(task=task, heard=True)


def resolve(api, person, dispute, resolution, **more):
    body = {"resolution": resolution, "resolution_notes": "Seen.", **more}
    path = f"/api/disputes/{dispute.pk}/resolve"
    return api.as_(person).put(path, body, format="json")


def offer(api, person, dispute, cents):
    path = f"/api/disputes/{dispute.pk}/offers"
    return api.as_(person).post(path, {"worker_cents": cents}, format="json")


def accept(api, person, dispute, offer_id=None):
    pk = offer_id or dispute.offers.last().pk
    return api.as_(person).post(f"/api/disputes/{dispute.pk}/offers/{pk}/accept")


def ends(dispute):
    """The statuses of the task and of the payment, and what the dispute says."""
    work()
    dispute.refresh_from_db()
    dispute.task.refresh_from_db()
    return (
        dispute.task.status,
        Payment.objects.get().status,
        dispute.resolution,
        dispute.worker_cents,
    )


# --- Staff ----------------------------------------------------------------------------

DECISIONS = [
    ("pay_worker", {}, ("completed", "released", "pay_worker", 5000)),
    ("refund", {}, ("cancelled", "refunded", "refund", 0)),
    (
        "partial",
        {"worker_cents": 2999},
        ("completed", "partly_refunded", "partial", 2999),
    ),
    ("cancelled", {}, ("cancelled", "refunded", "cancelled", 0)),
]


@pytest.mark.parametrize(("resolution", "more", "end"), DECISIONS)
def test_the_money_follows_the_decision(api, staff, heard, resolution, more, end):
    answer = resolve(api, staff, heard, resolution, **more)
    assert answer.status_code == 200, answer.content
    shown = answer.json()["dispute"]
    assert (shown["status"], shown["resolution_notes"]) == ("resolved", "Seen.")
    assert shown["timeline"][-1]["event"] == "resolved"
    assert ends(heard) == end
    assert resolve(api, staff, heard, resolution, **more).status_code == 409


def test_only_impartial_staff_decide(api, alice, bob, mallory, staff, heard):
    """S1: 404 to who may not know of it, 403 to parties, also if they are staff."""
    plain = UserFactory(is_staff=True)
    alice.is_staff = alice.is_superuser = True
    alice.save()
    people = (alice, bob, mallory, plain)
    codes = [resolve(api, one, heard, "refund").status_code for one in people]
    assert codes == [403, 403, 404, 404]
    assert not Dispute.objects.get().is_resolved


def test_staff_who_may_only_view_do_not_decide(api, heard):
    """S1."""
    helper = UserFactory(is_staff=True)
    helper.groups.add(Group.objects.get(name="Support"))
    assert api.as_(helper).get(f"/api/disputes/{heard.pk}").status_code == 200
    assert resolve(api, helper, heard, "refund").status_code == 403


def test_staff_confirm_who_they_are_where_the_admin_asks_for_it(
    api, staff, heard, settings
):
    settings.STAFF_SECOND_FACTOR = True
    answer = resolve(api, staff, heard, "refund")
    assert (answer.status_code, answer.json()["code"]) == (403, "confirmation_required")


@pytest.mark.parametrize("resolution", Dispute.Resolution.values)
def test_nobody_decides_before_the_other_side_was_heard(
    api, staff, bob, filed, resolution
):
    """T13."""
    more = {"worker_cents": 1000}
    answer = resolve(api, staff, filed, resolution, **more)
    assert (answer.status_code, answer.json()["code"]) == (409, "other_side_not_heard")
    body = {"description": "All is done."}
    api.as_(bob).post(f"/api/disputes/{filed.pk}/respond", body)
    assert resolve(api, staff, filed, resolution, **more).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"resolution": "partial"},
        {"resolution": "partial", "worker_cents": 0},
        {"resolution": "partial", "worker_cents": 5000},
        {"resolution": "partial", "worker_cents": -1},
        {"resolution": "partial", "worker_cents": 10.5},
        {"resolution": "partial", "worker_cents": True},
        {"resolution": "partial", "worker_cents": "10"},
        {"resolution": "nothing"},
        {"resolution": "refund", "resolution_notes": ""},
    ],
)
def test_bad_decisions_are_refused(api, staff, heard, body):
    """E16."""
    assert resolve(api, staff, heard, **body).status_code == 400
    assert Payment.objects.get().status == "frozen"


def test_who_does_not_see_the_price_gives_no_amounts(api, heard):
    """The answers to several amounts would tell the price."""
    moderator = UserFactory(is_staff=True)
    permissions = Permission.objects.filter(content_type__app_label="tasks")
    moderator.user_permissions.set(permissions)
    refused = resolve(api, moderator, heard, "partial", worker_cents=10**9)
    assert refused.status_code == 403
    assert "per cent" in refused.json()["error"]


def test_much_money_waits_for_a_second_person(api, staff, heard, settings):
    """E18: the dispute stays under review until the request is carried out."""
    settings.PAYMENT_SECOND_APPROVER_CENTS = 3000
    answer = resolve(api, staff, heard, "partial", worker_cents=2000)
    assert answer.json()["code"] == "second_approver_needed"
    heard.refresh_from_db()
    assert not heard.is_resolved
    second = UserFactory(is_staff=True)
    request = StaffRequest.objects.get()
    REQUEST_WORKFLOW.run("approve", request, actor=second, reason="Ok")
    assert ends(heard) == ("completed", "partly_refunded", "partial", 2000)
    assert heard.resolved_by == second


@pytest.mark.parametrize(
    ("name", "resolution"),
    [
        ("settle-for-worker", "pay_worker"),
        ("settle-for-creator", "refund"),
        ("cancel-by-staff", "cancelled"),
    ],
)
def test_a_row_of_the_task_resolves_the_dispute(staff, heard, name, resolution):
    """T13: in the admin of tasks too; no dispute stays open for a settled task."""
    TASK_WORKFLOW.run(name, heard.task, actor=staff, reason="Seen.")
    heard.refresh_from_db()
    assert (heard.status, heard.resolution) == ("resolved", resolution)
    assert (heard.resolved_by, heard.resolution_notes) == (staff, "Seen.")


def test_both_are_notified_of_the_decision(api, staff, alice, bob, heard):
    Notification.objects.all().delete()
    resolve(api, staff, heard, "refund")
    rows = Notification.objects.filter(kind__startswith="dispute_")
    assert {(row.recipient, row.kind) for row in rows} == {
        (alice, "dispute_won"),
        (bob, "dispute_lost"),
    }


# --- After the completion -------------------------------------------------------------


@pytest.mark.parametrize(
    ("resolution", "kinds"),
    [
        ("pay_worker", ("dispute_lost", "dispute_won")),
        ("refund", ("dispute_won", "dispute_lost")),
        ("cancelled", ("dispute_closed", "dispute_closed")),
    ],
)
def test_a_completed_task_stays_completed(
    api, staff, alice, bob, late, resolution, kinds
):
    """Of money that was paid in cash the decision is recorded alone."""
    assert resolve(api, staff, late, resolution).status_code == 200
    late.task.refresh_from_db()
    assert late.task.status == "completed"
    told = [person.notifications.get().kind for person in (alice, bob)]
    assert tuple(told) == kinds
    assert AuditLogEntry.objects.filter(action="resolve").count() == 1


def test_released_money_does_not_come_back(api, staff, alice, deal):
    """409 with a sentence, and nothing is recorded."""
    for name, actor in (("mark-done", deal.assigned_to), ("confirm", alice)):
        TASK_WORKFLOW.run(name, deal, actor=actor)
    work()
    deal.refresh_from_db()
    dispute = DisputeFactory(task=deal, heard=True)
    answer = resolve(api, staff, dispute, "refund")
    assert answer.status_code == 409
    assert "released before" in answer.json()["error"]
    assert resolve(api, staff, dispute, "partial", worker_cents=1).status_code == 409
    dispute.refresh_from_db()
    assert not dispute.is_resolved
    assert resolve(api, staff, dispute, "pay_worker").status_code == 200
    assert Payment.objects.get().status == "released"


# --- Offers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cents", "end"),
    [
        (0, ("cancelled", "refunded", "refund", 0)),
        (2000, ("completed", "partly_refunded", "partial", 2000)),
        (5000, ("completed", "released", "pay_worker", 5000)),
    ],
)
def test_an_accepted_offer_ends_the_dispute(api, alice, bob, filed, cents, end):
    """Without staff, and before the other side has answered."""
    made = offer(api, alice, filed, cents)
    assert made.status_code == 201, made.content
    answer = accept(api, bob, filed)
    assert answer.status_code == 200, answer.content
    assert ends(filed) == end
    shown = answer.json()["dispute"]
    assert [one["status"] for one in shown["offers"]] == ["accepted"]
    assert [s["event"] for s in shown["timeline"]] == ["filed", "offer", "resolved"]
    assert shown["timeline"][-1]["by_id"] == bob.pk
    assert shown["actions"] == []


def test_an_agreement_counts_against_nobody(api, alice, bob, filed):
    offer(api, bob, filed, 0)
    accept(api, alice, filed)
    bob.refresh_from_db()
    assert bob.tasks_failed == 0


def test_nobody_accepts_their_own_offer(api, alice, filed):
    offer(api, alice, filed, 0)
    assert accept(api, alice, filed).status_code == 403


def test_strangers_and_staff_make_and_accept_no_offer(
    api, mallory, staff, alice, filed
):
    offer(api, alice, filed, 0)
    for person, code in ((mallory, 404), (staff, 403)):
        assert offer(api, person, filed, 1).status_code == code
        assert accept(api, person, filed).status_code == code


def test_each_side_has_its_own_limit_of_offers(api, alice, bob, filed, monkeypatch):
    monkeypatch.setattr(rules, "MAX_OFFERS", 2)
    assert [offer(api, alice, filed, n).status_code for n in range(3)] == [
        *(201, 201),
        409,
    ]
    assert offer(api, bob, filed, 1000).status_code == 201


def test_the_newest_offer_alone_counts(api, alice, bob, filed):
    """Also one of the other side withdraws it."""
    offer(api, alice, filed, 1000)
    first = filed.offers.get()
    offer(api, bob, filed, 4000)
    assert accept(api, bob, filed, first.pk).status_code == 409
    assert not DisputeOffer.objects.exclude(accepted_at=None).exists()
    shown = api.as_(alice).get(f"/api/disputes/{filed.pk}").json()
    assert [one["status"] for one in shown["offers"]] == ["withdrawn", "standing"]
    assert accept(api, alice, filed).status_code == 200


def test_an_offer_of_another_dispute_is_not_found(api, alice, bob, filed):
    offer(api, alice, filed, 1000)
    other = DisputeFactory(task__creator=alice, task__assigned_to=bob)
    assert accept(api, bob, other, filed.offers.get().pk).status_code == 404


@pytest.mark.parametrize("cents", [-1, 5001, 2.5, "1", None, True, 1e300])
def test_impossible_offers_are_refused(api, alice, filed, cents):
    """E16."""
    assert offer(api, alice, filed, cents).status_code == 400
    assert not filed.offers.exists()


def test_a_resolved_dispute_takes_no_offer(api, staff, alice, bob, heard):
    offer(api, alice, heard, 1000)
    resolve(api, staff, heard, "refund")
    assert offer(api, bob, heard, 1000).status_code == 409
    assert accept(api, bob, heard).status_code == 409


def test_without_held_money_nothing_is_divided(api, alice, bob):
    """All or nothing is agreed on: the task is completed or cancelled."""
    task = TaskFactory(
        creator=alice, assigned_to=bob, status="disputed", agreed_price=50
    )
    dispute = DisputeFactory(task=task)
    assert offer(api, alice, dispute, 1000).status_code == 409
    offer(api, alice, dispute, 5000)
    assert accept(api, bob, dispute).status_code == 200
    task.refresh_from_db()
    assert task.status == "completed"


def test_without_a_price_there_is_no_offer(api, alice):
    dispute = DisputeFactory(task__creator=alice)
    assert offer(api, alice, dispute, 0).json()["code"] == "price_missing"


def test_after_the_completion_one_side_may_only_give_in(api, alice, bob, late):
    assert offer(api, bob, late, 0).status_code == 409
    assert offer(api, alice, late, 5000).status_code == 201
    assert accept(api, bob, late).status_code == 200
    late.refresh_from_db()
    assert (late.resolution, late.task.status) == ("pay_worker", "completed")
    assert [row.kind for row in alice.notifications.all()] == ["dispute_agreed"]


def test_offers_are_notified(api, alice, bob, filed):
    Notification.objects.all().delete()
    offer(api, alice, filed, 1000)
    [row] = Notification.objects.all()
    assert (row.recipient, row.kind, row.params["amount"]) == (
        bob,
        "dispute_offer",
        "10.00 EUR",
    )
