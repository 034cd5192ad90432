"""The words of a notification, in whichever language is active."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from notifications.kinds import KINDS
from notifications.links import path_of
from notifications.models import Notification

UNKNOWN = "…"  # in the place of a fact that an old row does not have


@dataclass(frozen=True)
class Words:
    title: str
    text: str
    reason: str
    action: str
    path: str


def words_of(row: Notification) -> Words:
    """A kind that this code does not know, as of a newer one, says only who writes."""
    kind = KINDS.get(row.kind)
    path = row.facts.get("path") or path_of(row.subject_type, row.subject_id)
    if kind is None:
        return Words(settings.SITE_NAME, "", "", _("Open it"), path)
    facts = _said(row.facts)
    return Words(
        title=str(kind.title) % facts,
        text=str(kind.text) % facts,
        reason=row.facts.get("reason", ""),
        action=str(kind.action),
        path=path,
    )


def _said(facts: dict) -> dict:
    said = defaultdict(lambda: UNKNOWN, facts, site=settings.SITE_NAME)
    if "on" in facts:
        said["on"] = date_format(date.fromisoformat(facts["on"]), "DATE_FORMAT")
    return said
