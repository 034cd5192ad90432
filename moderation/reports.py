"""Take reports: one per person and target, gathered in the case of the target."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.item_types import ITEM_TYPES
from core.exceptions import NotFound, ValidationFailed
from moderation import cases, notices, targets
from moderation.categories import CATEGORIES
from moderation.models import Case, Report
from moderation.standing import standing_of

MIN_HOURS = 1
MANY_VIEWS = 100  # a target that so many have seen is more urgent


@dataclass(frozen=True)
class Outsider:
    """Somebody who reports without an account; both empty where no name is needed."""

    name: str = ""
    email: str = ""


@transaction.atomic
def report(
    target_type: str,
    target_id: int,
    *,
    reporter: Any,
    category: str,
    explanation: str,
    outsider: Outsider = Outsider(),
) -> tuple[Report, bool]:
    """Store a report; return it, and whether it is new.

    `reporter` may be anonymous. The same account again gets the report of before, as
    long as the case waits for a decision; nobody else does, since anybody can write an
    e-mail address that is another's. Raises `NotFound` (404) for a target that
    the reporter may not see, and `ValidationFailed` (400) for one's own.
    """
    target = targets.find(target_type, target_id, visible_to=reporter)
    if target is None:
        raise NotFound(_("Not found."))
    person = targets.TARGET_TYPES[target_type].owner_of(target)
    author = reporter if reporter.is_authenticated else None
    if author is not None and person.pk == author.pk:
        raise ValidationFailed(_("This is yours."), field="target_id")
    # Before its case, as everywhere: it may be hidden below.
    target = targets.lock(target_type, target_id)
    if target is None:
        raise NotFound(_("Not found."))
    case = cases.open_case(target_type, target, person)
    if author is not None and (same := case.reports.filter(reporter=author).first()):
        return same, False
    standing = standing_of(author)
    new = Report.objects.create(
        case=case,
        reporter=author,
        name=outsider.name,
        email=outsider.email,
        language=get_language() or "",
        category=category,
        explanation=explanation,
        standing=standing,
    )
    cases.keep_text(case, target)
    _weigh(case, target, category=category, standing=standing)
    notices.report_received(new)
    if standing:
        cases.hide_pending_review(case, target)
    return new, True


def _weigh(case: Case, target: Any, *, category: str, standing: float) -> None:
    """Let the case come earlier in the queue, by what is known of it now."""
    case.severity = max(case.severity, CATEGORIES[category].severity)
    case.standing += standing
    case.reports_count += 1
    case.due_at = min(case.due_at, case.opened_at + _time_to_look(case, target))
    case.version += 1  # who has read the case before has not seen this report
    # The counts are right, as the case is locked.
    case.save()


def _time_to_look(case: Case, target: Any) -> timedelta:
    hours = cases.HOURS[case.severity] / (1 + case.standing)
    if getattr(target, "views_count", 0) >= MANY_VIEWS:
        hours /= 2
    return timedelta(hours=max(hours, MIN_HOURS))


def hidden(ids: Collection[int]) -> dict[int, set[int]]:
    """Return the reports about items that are hidden: at most a query for each type."""
    rows = Report.objects.filter(pk__in=ids).order_by()
    about = rows.values_list("pk", "case__target_type", "case__target_id")
    by_type: dict[str, dict[int, list[int]]] = {}
    for pk, target_type, target_id in about:
        by_type.setdefault(target_type, {}).setdefault(target_id, []).append(pk)
    found: set[int] = set()
    for item_type in ITEM_TYPES.values():
        reports = by_type.get(item_type.name, {})
        for target_id in item_type.rows.hidden(reports) if reports else ():
            found.update(reports[target_id])
    return {pk: set() for pk in found}
