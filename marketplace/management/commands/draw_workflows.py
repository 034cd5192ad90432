"""`manage.py draw_workflows`: the tables of the workflows as Markdown."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import override

from catalog.item_types import ITEM_TYPES
from core.workflow import Transition, Workflow
from items.moderation import moderation
from payments.workflow import PAYMENT_WORKFLOW
from tasks.disputes.workflow import DISPUTE_WORKFLOW

PREFACE = """# Workflows

`make diagrams` generates this page from the tables in `*/workflow.py`; a test fails
when it is out of date. A transition with a path is a `POST` to it, except `withdraw`,
which is the `DELETE` of the application. Transitions without a path are run by staff in
the admin, by the scheduler (`manage.py maintain`) or by the `DELETE` of the object.
`accept` rejects the other applications.
"""


class Command(BaseCommand):
    """Print docs/workflow.md, generated from the workflow tables."""

    help = __doc__  # of this class

    def handle(self, **options: Any) -> None:
        self.stdout.write(page(), ending="")


def page() -> str:
    """Return the page as Markdown, in English."""
    with override("en"):
        sections = [f"## {title}\n\n{_section(flow)}" for title, flow in workflows()]
    return "\n".join([PREFACE, *sections])


def workflows() -> Iterator[tuple[str, Workflow]]:
    """Yield the title and the table of each workflow."""
    for item_type in ITEM_TYPES.values():
        yield from item_type.workflows.items()
    yield "A dispute", DISPUTE_WORKFLOW
    yield "Payments", PAYMENT_WORKFLOW
    yield "Moderation of any content", moderation()


def _section(workflow: Workflow) -> str:
    head = "| transition | action | allowed for | path |\n|---|---|---|---|"
    rows = "\n".join(_row(row) for row in workflow)
    return f"```mermaid\n{workflow.mermaid()}\n```\n\n{head}\n{rows}\n"


def _row(row: Transition) -> str:
    allowed = row.allow.__name__.removeprefix("is_").replace("_", " ")
    paths = ", ".join(f"`…/{path}`" for path in map(_readable, row.paths))
    return f"| `{row.name}` | {row.label} | {allowed} | {paths} |"


def _readable(path: str) -> str:
    """Return `applications/(?P<id>[0-9]+)/accept` as `applications/{id}/accept`."""
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", path)
