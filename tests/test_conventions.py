"""Rules for the whole code base, such as: only the workflow assigns a status."""

import re
from pathlib import Path

from core.api.viewsets import ApiViewSet
from listings.models import Listing
from listings.workflow import LISTING_WORKFLOW
from marketplace.urls import router
from offerings.models import Offering
from offerings.workflow import OFFERING_WORKFLOW
from tasks.disputes.workflow import DISPUTE_WORKFLOW
from tasks.models import Dispute, TaskApplication, TaskRequest
from tasks.workflow import APPLICATION_WORKFLOW, TASK_WORKFLOW

ROOT = Path(__file__).parents[1]
WORKFLOWS = {
    TaskRequest: TASK_WORKFLOW,
    TaskApplication: APPLICATION_WORKFLOW,
    Listing: LISTING_WORKFLOW,
    Offering: OFFERING_WORKFLOW,
    Dispute: DISPUTE_WORKFLOW,
}


def sources():
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).parts
        if not {".venv", "tests", "migrations", "var", "benchmarks"} & set(parts):
            yield path


def test_every_route_filters_by_visibility():
    strangers = [v for _, v, _ in router.registry if not issubclass(v, ApiViewSet)]
    assert strangers == []


def test_only_the_workflow_assigns_a_status():
    assignment = re.compile(r"\.(status|moderation) = (?!=)")
    culprits = [
        path
        for path in sources()
        if path.name != "workflow.py" and assignment.search(path.read_text())
        if "seed" not in path.parts  # the demo data include past statuses
    ]
    assert culprits == []


def test_every_status_is_reachable():
    for model, workflow in WORKFLOWS.items():
        first = {model._meta.get_field("status").default}
        effects = {"accepted"} if model is TaskApplication else set()
        reached = first | effects | {row.target for row in workflow}
        assert reached == set(model.Status.values)


def test_rows_are_locked_in_one_way():
    full = re.compile(r"select_for_update\(")
    culprits = [path for path in sources() if full.search(path.read_text())]
    assert culprits == [ROOT / "core/db/locks.py"]
