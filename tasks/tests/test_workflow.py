"""Every cell of status × actor × transition."""

import pytest

from accounts.models import User
from accounts.tests.factories import UserFactory
from audit.models import AuditLogEntry
from tasks import permissions
from tasks.models import TaskRequest
from tasks.tests.factories import ApplicationFactory, TaskFactory
from tasks.workflow import TASK_WORKFLOW

ACTORS = ("creator", "worker", "applicant", "stranger")
MAY = {  # who may, in which statuses
    "accept": ("creator", {"open"}),
    "start": ("worker", {"assigned"}),
    "mark-done": ("worker", {"assigned", "in_progress"}),
    "confirm": ("creator", {"pending_confirmation"}),
    "dispute": ("creator", {"pending_confirmation"}),
    "give-back": ("worker", {"assigned", "in_progress"}),
    "cancel": ("creator", {"open", "assigned", "in_progress"}),
}
BY_STAFF = {
    "settle-for-worker": {"disputed"},
    "settle-for-creator": {"disputed"},
    "settle-split": {"disputed"},
    "cancel-by-staff": set(TaskRequest.Status.values) - {"completed", "cancelled"},
}
BY_PARTIES = {  # of disputes, which have routes of their own
    "dispute-by-creator": ({"creator"}, {"in_progress", "pending_confirmation"}),
    "dispute-by-worker": (
        {"worker"},
        {"assigned", "in_progress", "pending_confirmation"},
    ),
    "agree-for-worker": ({"creator", "worker"}, {"disputed"}),
    "agree-for-creator": ({"creator", "worker"}, {"disputed"}),
    "agree-split": ({"creator", "worker"}, {"disputed"}),
}
BY_CLOCK = {
    "reopen-unpaid": {"assigned"},
    "auto-confirm": {"pending_confirmation"},
    "expire": {"open"},
}
UNASSIGNED = {"open"}  # has no worker yet, so the worker is a stranger to it


@pytest.fixture
def cast(db, alice, bob, mallory):
    return dict(
        zip(
            ACTORS,
            (alice, bob, UserFactory(username="applicant"), mallory),
            strict=True,
        )
    )


def put_in(status: str, cast: dict[str, User]) -> TaskRequest:
    worker = None if status in UNASSIGNED else cast["worker"]
    task = TaskFactory(creator=cast["creator"], status=status, assigned_to=worker)
    ApplicationFactory(task=task, applicant=cast["applicant"])
    return task


def test_the_table_of_this_test_names_every_api_row():
    assert set(MAY) == {row.name for row in TASK_WORKFLOW if row.in_api}


def test_every_row_is_in_one_table():
    names = [*MAY, *BY_STAFF, *BY_CLOCK, *BY_PARTIES]
    assert sorted(names) == sorted(row.name for row in TASK_WORKFLOW)


def test_the_admin_has_the_rows_of_staff():
    assert set(BY_STAFF) == {row.name for row in TASK_WORKFLOW if row.in_admin}


@pytest.mark.parametrize(("name", "statuses"), (BY_STAFF | BY_CLOCK).items())
def test_staff_and_clock_act_in_some_statuses(cast, staff, name, statuses):
    """Each of them alone: neither the parties nor strangers."""
    row, creator = TASK_WORKFLOW[name], cast["creator"]
    able = staff if name in BY_STAFF else None
    for status in TaskRequest.Status.values:
        task = TaskRequest(status=status, creator=creator, assigned_to=cast["worker"])
        is_possible = TASK_WORKFLOW.is_possible(row, task, able)
        assert is_possible == (status in statuses)
        others = [*cast.values(), None if able else staff]
        assert not any(TASK_WORKFLOW.is_possible(row, task, who) for who in others)


@pytest.mark.parametrize("name", BY_PARTIES)
def test_the_parties_of_a_dispute_act_in_some_statuses(cast, staff, name):
    row, (allowed, statuses) = TASK_WORKFLOW[name], BY_PARTIES[name]
    for status in TaskRequest.Status.values:
        task = TaskRequest(
            status=status, creator=cast["creator"], assigned_to=cast["worker"]
        )
        able = {
            actor
            for actor, person in {**cast, "staff": staff, "clock": None}.items()
            if TASK_WORKFLOW.is_possible(row, task, person)
        }
        assert able == (allowed if status in statuses else set())


@pytest.mark.parametrize("status", TaskRequest.Status.values)
@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("name", MAY)
def test_each_cell_answers_by_the_table(api, cast, name, actor, status):
    """T1, T11: 200 moves and is in the history; 403 and 409 write nothing."""
    task = put_in(status, cast)
    given = {"user_id": cast["applicant"].pk} if name == "accept" else {}
    response = api.as_(cast[actor]).post(f"/api/tasks/{task.pk}/{name}", given)

    allowed, sources = MAY[name]
    is_allowed = actor == allowed and not (actor == "worker" and status in UNASSIGNED)
    expected = (200 if status in sources else 409) if is_allowed else 403
    if (actor, status) == ("stranger", "cancelled"):
        expected = 404  # R6: strangers do not see a cancelled task
    task.refresh_from_db()
    assert response.status_code == expected
    target = TASK_WORKFLOW[name].target if expected == 200 else status
    assert task.status == target
    assert [(e.old, e.new, e.actor) for e in task.events.all()] == (
        [(status, target, cast[actor])] if expected == 200 else []
    )


@pytest.mark.parametrize("status", TaskRequest.Status.values)
@pytest.mark.parametrize("actor", ACTORS)
def test_actions_name_what_would_succeed(api, cast, actor, status):
    task = put_in(status, cast)
    answer = api.as_(cast[actor]).get(f"/api/tasks/{task.pk}").json()
    actions = answer.get("actions", [])  # none of a task that is not found
    assert set(actions) == {
        name
        for name, (who, sources) in MAY.items()
        if who == actor and status in sources
    }


@pytest.mark.parametrize(
    "name", ["settle-for-worker", "cancel-by-staff", "expire", "auto-confirm"]
)
def test_rows_of_staff_and_clock_are_no_routes(api, alice, name):
    task = TaskFactory(creator=alice, disputed=True)
    assert api.as_(alice).post(f"/api/tasks/{task.pk}/{name}").status_code == 404


@pytest.mark.parametrize(
    ("alias", "trait"), [("done", "assigned"), ("complete", "done")]
)
def test_aliases_do_the_same(api, alice, bob, alias, trait):
    task = TaskFactory(creator=alice, assigned_to=bob, **{trait: True})
    actor = bob if alias == "done" else alice
    response = api.as_(actor).post(f"/api/tasks/{task.pk}/{alias}")
    assert response.json()["task"]["status"] != task.status


def test_wrong_state_has_its_own_code(api, alice):
    task = TaskFactory(creator=alice)
    answer = api.as_(alice).post(f"/api/tasks/{task.pk}/confirm").json()
    assert answer["code"] == "invalid_transition"
    assert "open" in answer["error"]


def test_a_hidden_task_is_404_to_strangers_and_goes_on_for_its_people(
    api, alice, bob, mallory
):
    """T10."""
    task = TaskFactory(creator=alice, assigned_to=bob, assigned=True, hidden=True)
    path = f"/api/tasks/{task.pk}/mark-done"
    assert api.as_(mallory).post(path).status_code == 404
    assert api.as_(bob).post(path).status_code == 200


def test_a_bodiless_post_without_content_type_is_fine(api, alice, bob):
    task = TaskFactory(creator=alice, assigned_to=bob, done=True)
    client = api.as_(alice)
    response = client.generic("POST", f"/api/tasks/{task.pk}/confirm", content_type="")
    assert response.status_code == 200


def test_a_dispute_keeps_its_reason_for_the_two_people(api, alice, bob, mallory):
    task = TaskFactory(creator=alice, assigned_to=bob, done=True)
    path = f"/api/tasks/{task.pk}"
    api.as_(alice).post(f"{path}/dispute", {"reason": "Half of it is missing."})
    seen = {u: api.as_(u).get(path).json() for u in (alice, bob, mallory)}
    assert seen[alice]["dispute_reason"] == "Half of it is missing."
    assert seen[bob]["dispute_reason"] == "Half of it is missing."
    assert "dispute_reason" not in seen[mallory]
    assert task.events.get().reason == "Half of it is missing."


def test_a_completed_task_counts_for_its_worker(api, alice, bob):
    task = TaskFactory(creator=alice, assigned_to=bob, done=True)
    api.as_(alice).post(f"/api/tasks/{task.pk}/confirm")
    bob.refresh_from_db()
    assert (bob.tasks_completed, bob.completion_rate) == (1, 100.0)


def test_a_dispute_settled_for_the_creator_counts_against_the_worker(staff, bob):
    task = TaskFactory(assigned_to=bob, disputed=True)
    TASK_WORKFLOW.run("settle-for-creator", task, actor=staff, reason="Not done.")
    bob.refresh_from_db()
    assert (bob.tasks_failed, bob.completion_rate) == (1, 0.0)


def test_the_audit_log_has_the_rows_of_staff_alone(alice, bob, staff, settings):
    settings.DISPUTE_RESPONSE_DAYS = 0
    task = TaskFactory(creator=alice, assigned_to=bob, done=True)
    TASK_WORKFLOW.run("dispute", task, actor=alice, reason="No.")
    assert not AuditLogEntry.objects.exists()
    TASK_WORKFLOW.run("settle-for-worker", task, actor=staff, reason="Seen.")
    [entry] = AuditLogEntry.objects.all()
    decided = (entry.action, entry.before, entry.after)
    assert decided == ("settle-for-worker", "disputed", "completed")
    assert (entry.actor, entry.reason) == (staff, "Seen.")


def test_an_old_unanswered_task_confirms_itself_for_the_clock_alone(alice, bob):
    """T7."""
    task = TaskFactory(creator=alice, assigned_to=bob, done=True)
    moved = TASK_WORKFLOW.run("auto-confirm", task, actor=None)
    assert (moved.status, moved.events.get().actor) == ("completed", None)


@pytest.mark.parametrize(
    ("predicate", "allowed"),
    [
        (permissions.is_creator, {"alice"}),
        (permissions.is_worker, {"bob"}),
        (permissions.is_party, {"alice", "bob"}),
        (permissions.sees_exact_place, {"alice", "bob"}),
        (permissions.is_impartial_staff, {"staff"}),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_predicates_know_the_people_of_a_task(
    alice, bob, mallory, staff, predicate, allowed
):
    """Also members of staff whose own task it is, and those who are suspended."""
    User.objects.filter(pk__in=(alice.pk, bob.pk)).update(is_staff=True)
    gone = UserFactory(username="gone", is_staff=True, is_active=False)
    task = TaskFactory(creator=alice, assigned_to=bob, assigned=True)
    people = [*User.objects.filter(pk__in=(alice.pk, bob.pk)), mallory, staff, gone]
    assert {each.username for each in people if predicate(task, each)} == allowed
    assert not predicate(task, None)


@pytest.mark.parametrize(
    ("predicate", "allowed"),
    [(permissions.is_applicant, {"bob"}), (permissions.is_task_creator, {"alice"})],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_predicates_know_the_people_of_an_application(
    alice, bob, mallory, predicate, allowed
):
    application = ApplicationFactory(task=TaskFactory(creator=alice), applicant=bob)
    people = (alice, bob, mallory)
    assert {each.username for each in people if predicate(application, each)} == allowed
    assert not predicate(application, None)


def test_the_place_of_a_cancelled_task_is_its_creators(alice, bob):
    task = TaskFactory(creator=alice, assigned_to=bob, status="cancelled")
    assert permissions.sees_exact_place(task, alice)
    assert not permissions.sees_exact_place(task, bob)
