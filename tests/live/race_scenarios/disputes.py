"""Races for a dispute: it is filed once, answered once, and ends once."""

from django.utils import timezone

from accounts.models import User
from tasks.models import Dispute
from tasks.tests.factories import DisputeFactory
from tests.live.harness import Call, Harness
from tests.live.race_scenarios import race_scenario
from tests.live.race_scenarios.cast import new_task, people, post, token

WORDS = "Half of it is not done, as the pictures show."


def dispute_of_two(**more) -> Dispute:
    worker = people(1)[0]
    task = new_task(assigned_to=worker, status="disputed", agreed_price=50)
    return DisputeFactory(task=task, **more)


@race_scenario(rounds=20)
def file_twenty_times(harness: Harness) -> None:
    """T13: of both sides at once, one files the dispute."""
    worker = people(1)[0]
    task = new_task(assigned_to=worker, status="in_progress")
    body = {"task_id": task.pk, "reason": "incomplete", "description": WORDS}
    calls = [post("/api/disputes", one, **body) for one in (task.creator, worker)]
    answers = harness.send_together(calls * 10)
    harness.check_statuses(answers, {201: 1, 409: 19})
    harness.check_equal("disputes", task.disputes.count(), 1)
    task.refresh_from_db()
    harness.check_equal("status", task.status, "disputed")
    harness.check_equal("history", task.events.count(), 1)


@race_scenario(rounds=10)
def answer_twenty_times(harness: Harness) -> None:
    """T13: the other side answers once."""
    dispute = dispute_of_two()
    path = f"/api/disputes/{dispute.pk}/respond"
    call = post(path, dispute.filed_against, description="All is done.")
    answers = harness.send_together([call] * 20)
    harness.check_statuses(answers, {200: 1, 409: 19})


@race_scenario(rounds=20)
def agree_while_staff_decide(harness: Harness) -> None:
    """T13: of two members of staff and the other side, one ends the dispute."""
    dispute = dispute_of_two(respond_by=timezone.now())
    offer = dispute.offers.create(made_by=dispute.filed_by, worker_cents=0)
    path = f"/api/disputes/{dispute.pk}"
    accept = post(f"{path}/offers/{offer.pk}/accept", dispute.filed_against)
    body = {"resolution": "pay_worker", "resolution_notes": "Seen."}
    decide = [
        Call("PUT", f"{path}/resolve", token(person), body) for person in _staff(2)
    ]
    answers = harness.send_together([*decide, *[accept] * 4])
    harness.check_statuses(answers, {200: 1, 409: 5})
    dispute.refresh_from_db()
    agreed = any(answer.is_success for answer in answers[2:])
    wanted = ("refund", "cancelled") if agreed else ("pay_worker", "completed")
    outcome = (dispute.resolution, dispute.task.status)
    harness.check_equal("outcome", outcome, wanted)


def _staff(count: int) -> list[User]:
    rows = people(count)
    ids = [row.pk for row in rows]
    User.objects.filter(pk__in=ids).update(is_staff=True, is_superuser=True)
    return rows
