"""The words of a notification, in whichever language is active."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from notifications.client_urls import path_of
from notifications.models import Notification
from notifications.types import NOTIFICATION_TYPES

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
    kind = NOTIFICATION_TYPES.get(row.kind)
    path = row.params.get("path") or path_of(row.subject_type, row.subject_id)
    if kind is None:
        return Words(settings.SITE_NAME, "", "", _("Open it"), path)
    params = _said(row.params)
    return Words(
        title=str(kind.title) % params,
        text=str(kind.text) % params,
        reason=row.params.get("reason", ""),
        action=str(kind.action),
        path=path,
    )


def _said(params: dict) -> dict:
    said = defaultdict(lambda: UNKNOWN, params, site=settings.SITE_NAME)
    if "on" in params:
        said["on"] = date_format(date.fromisoformat(params["on"]), "DATE_FORMAT")
    return said
