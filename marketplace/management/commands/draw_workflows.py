"""Print docs/workflow.md, generated from the workflow tables."""

from django.core.management.base import BaseCommand
from django.utils.translation import override

from core.workflow import Transition, Workflow
from listings.workflow import LISTING_WORKFLOW
from offerings.workflow import OFFERING_WORKFLOW
from tasks.workflow import APPLICATION_WORKFLOW, MODERATION, TASK_WORKFLOW

PAGES = {
    "A task": TASK_WORKFLOW,
    "An application for a task": APPLICATION_WORKFLOW,
    "A listing": LISTING_WORKFLOW,
    "An offering": OFFERING_WORKFLOW,
    "Moderation of any content": MODERATION,
}
PREFACE = """# Workflows

Generated from the tables in `*/workflow.py` by `make diagrams`; a test fails when this
page is out of date. A transition with a path is a `POST` to that path, except
`withdraw`, which is a `DELETE` of the application. The other transitions are run by
staff in the admin, by periodic jobs (`manage.py maintain`) or by a `DELETE` of the
object. Accepting an application rejects the others.
"""


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        self.stdout.write(page(), ending="")


def page() -> str:
    with override("en"):
        sections = [f"## {title}\n\n{_section(flow)}" for title, flow in PAGES.items()]
    return "\n".join([PREFACE, *sections])


def _section(workflow: Workflow) -> str:
    head = "| transition | action | allowed for | path |\n|---|---|---|---|"
    rows = "\n".join(_row(row) for row in workflow)
    return f"```mermaid\n{workflow.mermaid()}\n```\n\n{head}\n{rows}\n"


def _row(row: Transition) -> str:
    allowed = row.allow.__name__.removeprefix("is_").replace("_", " ")
    names = (row.name, *row.aliases) if row.in_api else ()
    paths = ", ".join(f"`…/{name}`" for name in names)
    return f"| `{row.name}` | {row.label} | {allowed} | {paths} |"
