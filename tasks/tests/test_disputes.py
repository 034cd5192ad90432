"""Disputes: who may file one, and when; the answer, and what others see."""

from datetime import timedelta

import pytest
from django.conf import settings as conf
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.tests.factories import UserFactory
from core.exceptions import WrongStatus
from core.privacy import reasons_to_stay
from jobs.models import Job
from messaging.services import send, start
from notifications.models import Notification
from payments.models import Payment
from payments.tests.factories import payable_account
from tasks import jobs
from tasks.disputes import services
from tasks.disputes.rules import ESCALATION_TIME, FILING_TIME
from tasks.models import Dispute, TaskRequest
from tasks.tests.factories import DisputeFactory, TaskFactory
from tasks.tests.paying import held
from tasks.workflow import TASK_WORKFLOW
from uploads.models import Upload

pytestmark = pytest.mark.django_db
WORDS = "Nobody came, and nobody answered the phone."
STATUSES = TaskRequest.Status.values


def file(api, person, task, **more):
    body = {"task_id": task.pk, "reason": "no_show", "description": WORDS}
    return api.as_(person).post("/api/disputes", body | more, format="json")


def post(api, person, dispute, name, body=None):
    path = f"/api/disputes/{dispute.pk}/{name}"
    return api.as_(person).post(path, body or {}, format="json")


def get(api, person, path):
    return api.as_(person).get(f"/api/disputes{path}")


def picture(owner, **more) -> Upload:
    key = f"{Upload.objects.count():032x}.jpg"
    data = {"content_type": "image/jpeg", "size": 1, "width": 1, "height": 1}
    fields = {"is_private": True} | data | more
    return Upload.objects.create(owner=owner, key=key, **fields)


@pytest.fixture
def begun(alice, bob) -> TaskRequest:
    return TaskFactory(creator=alice, assigned_to=bob, status="in_progress")


@pytest.fixture
def dispute(alice, bob) -> Dispute:
    """Alice has filed it against Bob, who works for her."""
    task = TaskFactory(creator=alice, assigned_to=bob, status="disputed")
    return DisputeFactory(task=task)


# --- Filing ---------------------------------------------------------------------------


def test_a_party_files_a_dispute(api, alice, bob, begun):
    answer = file(api, alice, begun)
    assert answer.status_code == 201, answer.content
    shown = answer.json()["dispute"]
    assert (shown["filed_by_id"], shown["filed_against_id"]) == (alice.pk, bob.pk)
    assert (shown["status"], shown["reason_label"]) == ("open", "Nobody came")
    assert [step["event"] for step in shown["timeline"]] == ["filed"]
    assert "@" in answer.json()["support_email"]
    begun.refresh_from_db()
    assert (begun.status, begun.dispute_reason) == ("disputed", WORDS)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(
    ("who", "statuses"),
    [
        ("alice", {"in_progress", "pending_confirmation", "completed"}),
        ("bob", {"assigned", "in_progress", "pending_confirmation", "completed"}),
    ],
)
def test_each_side_files_in_its_statuses(api, alice, bob, who, statuses, status):
    """T1: the worker once the task is assigned, the creator once the work has begun."""
    worker = None if status == "open" else bob
    task = TaskFactory(
        creator=alice, assigned_to=worker, status=status, completed_at=timezone.now()
    )
    answer = file(api, {"alice": alice, "bob": bob}[who], task)
    is_stranger = status == "open" and who == "bob"
    expected = 404 if is_stranger else (201 if status in statuses else 409)
    assert answer.status_code == expected
    task.refresh_from_db()
    moves = expected == 201 and status != "completed"
    assert task.status == ("disputed" if moves else status)


def test_a_stranger_files_nothing(api, mallory, staff, begun):
    for person in (mallory, staff):
        assert file(api, person, begun).status_code == 404
    assert not Dispute.objects.exists()


@pytest.mark.parametrize(("late", "code"), [(-1, 201), (1, 409)])
def test_a_completed_task_is_disputed_for_seven_days(api, alice, bob, late, code):
    at = timezone.now() - FILING_TIME - timedelta(minutes=late)
    task = TaskFactory(creator=alice, assigned_to=bob, completed=True, completed_at=at)
    assert file(api, bob, task).status_code == code


def test_a_decided_task_is_not_disputed_again(api, alice, bob):
    task = TaskFactory(creator=alice, assigned_to=bob, completed=True)
    DisputeFactory(task=task, status="resolved", resolution="cancelled")
    assert file(api, bob, task).json()["code"] == "already_disputed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": "boredom"},
        {"description": "Too short."},
        {"description": "x" * 5001},
        {"description": 7},
        {"task_id": "x"},
        {"evidence_images": [1] * 11},
        {"evidence_images": ["https://example.com/a.jpg"]},
        {"evidence_images": ["http://["]},
        {"evidence_images": 7},
        {"filed_by": 1},
    ],
)
def test_bad_input_is_refused(api, alice, begun, wrong):
    answer = file(api, alice, begun, **wrong)
    assert answer.status_code == 400
    assert next(iter(wrong)) in " ".join(answer.json()["fields"])


def test_a_task_has_one_unresolved_dispute(dispute):
    """T13: the database sees to it."""
    with pytest.raises(IntegrityError), transaction.atomic():
        DisputeFactory(task=dispute.task)
    Dispute.objects.update(status="resolved", resolution="refund")
    DisputeFactory(task=dispute.task)


def test_the_route_of_tasks_opens_the_same_dispute(api, alice, bob):
    task = TaskFactory(creator=alice, assigned_to=bob, done=True)
    path = f"/api/tasks/{task.pk}/dispute"
    answer = api.as_(alice).post(path, {"reason": "The door does not close."})
    assert answer.status_code == 200
    assert set(answer.json()) == {"message", "task"}
    shown = get(api, bob, f"/task/{task.pk}").json()
    assert (shown["description"], shown["reason"]) == (
        "The door does not close.",
        "other",
    )
    assert file(api, bob, task).json()["code"] == "already_disputed"


def test_routes_of_tasks_do_not_offer_the_wider_rows(api, alice, begun):
    shown = api.as_(alice).get(f"/api/tasks/{begun.pk}").json()
    assert "dispute" not in " ".join(shown["actions"])
    answer = api.as_(alice).post(f"/api/tasks/{begun.pk}/dispute-by-creator")
    assert answer.status_code == 404


def test_a_dispute_freezes_the_payment(api, alice, bob):
    payable_account(bob)
    task = TaskFactory(
        creator=alice,
        assigned_to=bob,
        status="assigned",
        agreed_price=50,
        assigned_at=timezone.now(),
    )
    held(task)
    assert file(api, bob, task).status_code == 201
    assert Payment.objects.get().status == "frozen"


def test_the_last_message_of_the_two_is_kept(api, alice, bob, mallory, begun):
    """For staff: the conversation as it was."""
    talk, _new = start(sender=alice, user_id=bob.pk, content="Where are you?")
    message, _new = send(talk, sender=alice, content="Hello?")
    start(sender=mallory, user_id=alice.pk, content="Buy this.")
    file(api, alice, begun)
    send(talk, sender=bob, content="On my way.")
    assert Dispute.objects.get().last_message == message


# --- The answer -----------------------------------------------------------------------


def test_the_other_side_answers_once(api, alice, bob, dispute):
    body = {"description": "It was raining."}
    answer = post(api, bob, dispute, "respond", body)
    assert answer.status_code == 200
    shown = answer.json()["dispute"]
    assert (shown["status"], shown["response_description"]) == (
        "under_review",
        "It was raining.",
    )
    assert post(api, bob, dispute, "respond", body).status_code == 409
    assert [row.kind for row in alice.notifications.all()] == ["dispute_responded"]


def test_only_the_other_side_answers(api, alice, mallory, staff, dispute):
    body = {"description": "It was raining."}
    codes = [
        post(api, person, dispute, "respond", body).status_code
        for person in (alice, mallory, staff)
    ]
    assert codes == [403, 404, 403]


def test_a_late_answer_counts_until_the_decision(api, bob, dispute):
    Dispute.objects.update(respond_by=timezone.now() - timedelta(days=1))
    jobs.review_unanswered_disputes(timezone.now(), dry_run=False)
    body = {"description": "I was ill."}
    assert post(api, bob, dispute, "respond", body).status_code == 200


# --- Pictures -------------------------------------------------------------------------


def test_pictures_are_named_by_id_or_url(api, alice, begun):
    one, other = picture(alice), picture(alice)
    url = f"http://testserver/api/messages/attachments/{other.pk}?signature=x"
    answer = file(api, alice, begun, evidence_images=[one.pk, url, one.pk])
    urls = answer.json()["dispute"]["evidence_images"]
    paths = [url.split("?")[0].rsplit("/", 1)[1] for url in urls]
    assert paths == [str(one.pk), str(other.pk)]


@pytest.mark.parametrize("more", [{"is_private": False}, {"uses": 1}, {"owner": None}])
def test_only_own_private_unused_pictures_are_shown(api, alice, mallory, begun, more):
    """U6: and nothing is written."""
    given = {"owner": alice} | more
    shown = picture(given.pop("owner") or mallory, **given)
    answer = file(api, alice, begun, evidence_images=[shown.pk])
    assert answer.status_code == 404
    assert "evidence_images" in answer.json()["fields"]
    assert not Dispute.objects.exists()
    begun.refresh_from_db()
    assert begun.status == "in_progress"


def test_both_sides_see_the_pictures_of_both(api, alice, bob, begun):
    file(api, alice, begun, evidence_images=[picture(alice).pk])
    dispute = Dispute.objects.get()
    body = {"description": "See here.", "evidence_images": [picture(bob).pk]}
    post(api, bob, dispute, "respond", body)
    for person in (alice, bob):
        shown = get(api, person, f"/{dispute.pk}").json()
        assert [len(shown["evidence_images"]), len(shown["response_images"])] == [1, 1]


# --- Reading --------------------------------------------------------------------------


def test_reasons_have_labels_in_the_language_of_the_caller(api, alice):
    client = api.as_(alice)
    rows = client.get("/api/disputes/reasons", HTTP_ACCEPT_LANGUAGE="lv").json()
    assert [row["value"] for row in rows["reasons"]] == Dispute.Reason.values
    assert rows["reasons"][1]["label"] != "Nobody came"


def test_a_stranger_finds_nothing(api, mallory, dispute):
    """G5."""
    for path in (f"/{dispute.pk}", f"/task/{dispute.task_id}"):
        assert get(api, mallory, path).status_code == 404
    assert get(api, mallory, "").json()["disputes"] == []


def test_both_sides_find_it(api, alice, bob, dispute):
    DisputeFactory()
    for person in (alice, bob):
        assert get(api, person, f"/{dispute.pk}").json()["id"] == dispute.pk
        assert get(api, person, f"/task/{dispute.task_id}").json()["id"] == dispute.pk
        listed = get(api, person, "?status=open").json()
        assert [row["id"] for row in listed["disputes"]] == [dispute.pk]
    assert get(api, alice, "?status=resolved").json()["total"] == 0
    assert get(api, alice, "?status=x").status_code == 400


def test_staff_read_it_with_the_permission_alone(api, staff, dispute):
    """S1: and none of them lists it as their own."""
    plain = UserFactory(is_staff=True)
    assert get(api, staff, f"/{dispute.pk}").status_code == 200
    assert get(api, plain, f"/{dispute.pk}").status_code == 404
    assert get(api, staff, "").json()["total"] == 0


def test_a_dispute_says_what_its_reader_may_do(api, alice, bob, dispute):
    TaskRequest.objects.update(agreed_price=50)
    actions = {
        person.username: get(api, person, f"/{dispute.pk}").json()["actions"]
        for person in (alice, bob)
    }
    assert actions == {"alice": ["offer"], "bob": ["respond", "offer"]}


# --- Notifications and the clock ------------------------------------------------------


def test_the_other_side_is_notified_with_the_last_day(api, alice, bob, begun):
    file(api, alice, begun)
    [row] = Notification.objects.all()
    on = timezone.localdate(timezone.now() + timedelta(days=5)).isoformat()
    assert (row.recipient, row.kind, row.params["on"]) == (bob, "dispute_filed", on)


def test_an_unanswered_dispute_is_reviewed_after_its_time(dispute):
    """T7: twice, and by two workers: the same."""
    at = dispute.respond_by + timedelta(minutes=1)
    early = dispute.respond_by - timedelta(minutes=1)
    assert jobs.review_unanswered_disputes(early, dry_run=False) == 0
    assert jobs.review_unanswered_disputes(at, dry_run=True) == 1
    assert jobs.review_unanswered_disputes(at, dry_run=False) == 1
    assert jobs.review_unanswered_disputes(at, dry_run=False) == 0
    dispute.refresh_from_db()
    assert dispute.status == "under_review"


def test_staff_are_reminded_of_an_old_dispute_once(api, alice, dispute, settings):
    """T7."""
    settings.ALERT_EMAILS = ["staff@example.com"]
    at = dispute.created_at + ESCALATION_TIME + timedelta(minutes=1)
    assert jobs.escalate_disputes(at, dry_run=True) == 1
    assert [jobs.escalate_disputes(at, dry_run=False) for _ in range(2)] == [1, 0]
    assert Job.objects.filter(key__contains="dispute_escalated").count() == 1
    assert not services.escalate(dispute, at=at)  # of a worker that read it before
    assert get(api, alice, f"/{dispute.pk}").json()["is_escalated"] is True


def test_a_task_that_an_earlier_release_has_disputed_gets_its_dispute(alice, bob):
    """T7."""
    task = TaskFactory(
        creator=alice, assigned_to=bob, status="disputed", dispute_reason="No."
    )
    assert jobs.open_missing_disputes(timezone.now(), dry_run=True) == 1
    ran = [jobs.open_missing_disputes(timezone.now(), dry_run=False) for _ in range(2)]
    assert ran == [1, 0]
    dispute = task.disputes.get()
    assert (dispute.filed_by, dispute.description) == (alice, "No.")


# --- Personal data --------------------------------------------------------------------


def test_an_unresolved_dispute_keeps_an_account(alice, bob):
    """A16."""
    task = TaskFactory(creator=alice, assigned_to=bob, completed=True)
    dispute = DisputeFactory(task=task)
    for person in (alice, bob):
        assert [reason.code for reason in reasons_to_stay(person)] == ["disputes"]
    Dispute.objects.filter(pk=dispute.pk).update(
        status="resolved", resolution="cancelled"
    )
    assert reasons_to_stay(alice) == []


def test_staff_do_not_settle_before_the_other_side_was_heard(staff, dispute):
    """Neither by the rows of the task."""
    with pytest.raises(WrongStatus, match="may answer until"):
        TASK_WORKFLOW.run(
            "settle-for-worker", dispute.task, actor=staff, reason="Seen."
        )
    assert conf.DISPUTE_RESPONSE_DAYS == 5
