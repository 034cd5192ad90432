"""Who hears what as a task goes its way."""

import pytest

from accounts.tests.factories import UserFactory
from core.events import domain_event
from core.exceptions import DomainError
from notifications.models import Notification
from tasks import applications
from tasks.tests.factories import ApplicationFactory, TaskFactory
from tasks.workflow import APPLICATION_WORKFLOW, MODERATION, TASK_WORKFLOW

pytestmark = pytest.mark.django_db


def notified() -> set[tuple[str, str]]:
    rows = Notification.objects.values_list("recipient__username", "kind")
    return set(rows)


def test_the_creator_is_notified_of_an_application(alice, bob):
    applications.apply_to(TaskFactory(creator=alice).pk, worker=bob)
    assert notified() == {("alice", "application_received")}
    assert Notification.objects.get().params["name"] == "bob"


def test_the_chosen_and_the_others_hear_of_the_choice(alice, bob, mallory):
    task = TaskFactory(creator=alice)
    chosen = ApplicationFactory(task=task, applicant=bob)
    ApplicationFactory(task=task, applicant=mallory)
    TASK_WORKFLOW.run("accept", task, actor=alice, application_id=chosen.pk)
    assert notified() == {
        ("bob", "application_accepted"),
        ("mallory", "application_rejected"),
    }


@pytest.mark.parametrize(
    ("name", "notice"),
    [
        ("reject", ("bob", "application_rejected")),
        ("withdraw", ("alice", "application_withdrawn")),
    ],
)
def test_the_other_side_hears_of_a_decision(alice, bob, name, notice):
    task = TaskFactory(creator=alice, applications_count=1)
    application = ApplicationFactory(task=task, applicant=bob)
    actor = alice if name == "reject" else bob
    APPLICATION_WORKFLOW.run(name, application, actor=actor)
    assert notified() == {notice}


BOTH_AUTO = {("alice", "task_auto_confirmed"), ("bob", "task_auto_confirmed")}


@pytest.mark.parametrize(
    ("status", "name", "actor", "notices"),
    [
        ("assigned", "start", "bob", {("alice", "task_started")}),
        ("assigned", "mark-done", "bob", {("alice", "task_done")}),
        ("assigned", "give-back", "bob", {("alice", "task_given_back")}),
        ("pending_confirmation", "confirm", "alice", {("bob", "task_confirmed")}),
        ("pending_confirmation", "auto-confirm", None, BOTH_AUTO),
        ("pending_confirmation", "dispute", "alice", {("bob", "task_disputed")}),
        (
            "disputed",
            "settle-for-worker",
            "staff",
            {("bob", "dispute_won"), ("alice", "dispute_lost")},
        ),
        (
            "disputed",
            "settle-for-creator",
            "staff",
            {("alice", "dispute_won"), ("bob", "dispute_lost")},
        ),
        ("assigned", "cancel", "alice", {("bob", "task_cancelled")}),
        (
            "assigned",
            "cancel-by-staff",
            "staff",
            {("alice", "task_cancelled_by_staff"), ("bob", "task_cancelled_by_staff")},
        ),
    ],
)
def test_whom_it_concerns_hears_of_a_step(
    alice, bob, staff, status, name, actor, notices
):
    people = {"alice": alice, "bob": bob, "staff": staff, None: None}
    task = TaskFactory(creator=alice, assigned_to=bob, status=status)
    reason = {"reason": "So it is."} if TASK_WORKFLOW[name].input else {}
    TASK_WORKFLOW.run(name, task, actor=people[actor], **reason)
    assert notified() == notices
    assert all(
        row.params.get("reason", "") == reason.get("reason", "")
        for row in Notification.objects.all()
    )


def test_every_row_of_the_table_says_who_hears_of_it():
    from tasks.notices import NOTICES

    assert set(NOTICES) == {row.name for row in TASK_WORKFLOW}


@pytest.mark.parametrize("name", ["cancel", "expire"])
def test_who_waits_for_an_answer_hears_that_there_will_be_none(alice, bob, name):
    task = TaskFactory(creator=alice)
    ApplicationFactory(task=task, applicant=bob)
    actor = alice if name == "cancel" else None
    TASK_WORKFLOW.run(name, task, actor=actor)
    assert ("bob", "task_cancelled") in notified()
    assert (("alice", "task_expired") in notified()) == (name == "expire")


def test_what_was_refused_is_told_to_nobody(alice, bob):
    task = TaskFactory(creator=alice, assigned_to=bob, status="assigned")
    with pytest.raises(DomainError):
        TASK_WORKFLOW.run("confirm", task, actor=alice)
    assert notified() == set()


def test_who_posted_hears_what_staff_decide_and_why(alice, staff):
    task = TaskFactory(creator=alice)
    MODERATION.run("hide", task, actor=staff, reason="Spam.")
    [row] = Notification.objects.all()
    assert (row.kind, row.recipient) == ("content_hidden", alice)
    assert row.params["reason"] == "Spam."
    MODERATION.run("restore", task, actor=staff, reason="A mistake.")
    assert ("alice", "content_restored") in notified()


def test_sockets_hear_of_the_step_after_the_commit(
    alice, bob, monkeypatch, django_capture_on_commit_callbacks
):
    heard = []
    monkeypatch.setattr(domain_event, "receivers", [])
    domain_event.connect(lambda event, **kwargs: heard.append(event), weak=False)
    task = TaskFactory(creator=alice, assigned_to=bob, status="assigned")
    with django_capture_on_commit_callbacks(execute=True):
        TASK_WORKFLOW.run("mark-done", task, actor=bob)
        assert heard == []
    by_type = {event.type: event for event in heard}
    assert set(by_type) == {"notification.created", "unread", "task.updated"}
    assert by_type["task.updated"].recipients == (alice.pk, bob.pk)
    assert by_type["notification.created"].payload["kind"] == "task_done"
    assert by_type["unread"].payload == {"notifications": 1}


def test_many_applicants_and_one_creator_are_each_told_once(alice):
    task = TaskFactory(creator=alice)
    for _number in range(3):
        applications.apply_to(task.pk, worker=UserFactory())
    assert Notification.objects.count() == 3
