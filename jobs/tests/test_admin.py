"""The job queue in the admin: what staff see, retry and discard."""

import pytest
from django.urls import reverse

from jobs.models import Job
from jobs.services import enqueue
from jobs.tests.registered import burst, refuse

pytestmark = pytest.mark.django_db


@pytest.fixture
def dead(run_jobs) -> Job:
    enqueue(refuse)
    run_jobs(may_fail=True)
    return Job.objects.get()


def act(client, job: Job, name: str):
    page = reverse("admin:jobs_job_action", args=[job.pk, name])
    return client.post(page, {"reason": "Fixed."})


def test_dead_job_is_listed_with_its_error(administrator, dead):
    page = reverse("admin:jobs_job_changelist")
    shown = administrator.get(page, {"status__exact": "dead"}).content.decode()
    assert "PermanentFailure: never" in shown


def test_dead_job_is_retried(administrator, dead, run_jobs):
    act(administrator, dead, "retry")
    dead.refresh_from_db()
    assert (dead.status, dead.attempts) == ("waiting", 0)
    assert run_jobs(may_fail=True) == ["jobs.refuse"]


def test_discarded_job_never_runs(administrator, run_jobs):
    enqueue(burst)
    act(administrator, Job.objects.get(), "discard")
    assert (Job.objects.get().status, run_jobs()) == ("discarded", [])


@pytest.mark.parametrize("status", ["running", "done", "discarded"])
def test_only_dead_jobs_are_retried(administrator, dead, status):
    due_at = dead.created_at if status == "running" else None
    Job.objects.update(status=status, due_at=due_at)
    act(administrator, dead, "retry")
    assert Job.objects.get().status == status


def test_moderator_cannot_retry_jobs(moderator, dead):
    assert act(moderator, dead, "retry").status_code == 403


def test_dashboard_counts_waiting_and_dead_jobs(administrator, dead):
    enqueue(burst)
    queues = administrator.get("/admin/").context["queues"]
    counts = {str(queue["title"]): queue["count"] for queue in queues}
    assert (counts["Jobs waiting"], counts["Jobs that failed for good"]) == (1, 1)
