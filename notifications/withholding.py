"""Withhold the titles of what staff have taken down, as long as the decision stands.

Nothing is written when something is hidden or removed: notifications are compared with
the present state when they are read, so a decision that is undone shows titles again.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from notifications.client_urls import subject_of
from notifications.models import Notification

Subject = tuple[str, int]
# Takes ids, and returns those that are hidden, each with the people who still see it.
Lookup = Callable[[Collection[int]], Mapping[int, Collection[int]]]
LOOKUPS: dict[
    str, Lookup
] = {}  # by type of subject; the apps of the subjects add theirs
WITH_PAGE: set[str] = set()  # types whose pages the recipient still opens
NO_PAGE = "/"


def register(subject_type: str, lookup: Lookup, *, keeps_page: bool = False) -> None:
    """Let `lookup` tell which subjects of a type are hidden, and from whom."""
    LOOKUPS[subject_type] = lookup
    if keeps_page:
        WITH_PAGE.add(subject_type)


def mark(rows: Iterable[Notification]) -> None:
    """Set `withheld` of `rows`: at most one query for each type of subject."""
    rows = list(rows)
    hidden = _hidden({subject for row in rows for subject in _subjects(row)})
    for row in rows:
        row.withheld = frozenset(
            subject
            for subject in _subjects(row)
            if subject in hidden and row.recipient_id not in hidden[subject]
        )


def has_no_page(row: Notification) -> bool:
    """Return whether the recipient of `row` no longer opens the page of its subject."""
    return row.subject_type not in WITH_PAGE and _subject(row) in _withheld(row)


def without_titles(row: Notification) -> dict[str, Any]:
    """Return the parameters of `row` without the titles that are withheld."""
    withheld = _withheld(row)
    if not withheld:
        return row.params
    params = dict(row.params)
    if "title" in params and _subject(row) in withheld:
        params["title"] = _("no longer available")
    if "items" in params:
        params["items"] = [_item(item, withheld) for item in params["items"]]
    return params


def _item(item: dict[str, str], withheld: frozenset[Subject]) -> dict[str, str]:
    if subject_of(item["path"]) not in withheld:
        return item
    title = _("This item is no longer available.")
    return {"title": title, "path": NO_PAGE, "note": ""}


def _withheld(row: Notification) -> frozenset[Subject]:
    if row.withheld is None:  # one that stands alone, as in an e-mail
        mark([row])
    return row.withheld or frozenset()


def _subject(row: Notification) -> Subject:
    return row.subject_type, row.subject_id or 0


def _subjects(row: Notification) -> set[Subject]:
    """Return what the texts of `row` name: its subject and the items it lists."""
    listed = (subject_of(item["path"]) for item in row.params.get("items", ()))
    return {_subject(row), *filter(None, listed)}


def _hidden(subjects: set[Subject]) -> dict[Subject, Collection[int]]:
    found: dict[Subject, Collection[int]] = {}
    for subject_type, lookup in LOOKUPS.items():
        ids = {pk for name, pk in subjects if name == subject_type}
        for pk, people in (lookup(ids) if ids else {}).items():
            found[subject_type, pk] = people
    return found
