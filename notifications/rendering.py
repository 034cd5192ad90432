"""Render a notification: its title, text and link, in the active language.

Rows store a type and parameters, not text, so that a person who changes the language
also reads older notifications in it.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import cast

from django.conf import settings
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from notifications.client_urls import path_of
from notifications.models import Notification
from notifications.types import NOTIFICATION_TYPES
from notifications.withholding import NO_PAGE, has_no_page, without_titles

AMOUNTS = ("amount", "net", "back")  # stored as `12.50 EUR`
MISSING_PARAM = "…"  # shown for a parameter that an old row does not have


@dataclass(frozen=True)
class RenderedNotification:
    """The texts of one notification in one language."""

    title: str
    text: str
    reason: str  # as a person wrote it, in any language; may be empty
    action: str | Promise  # label of the link, in the language that is active then
    path: str  # of the client's page, without the host
    facts: dict  # the parameters of the texts, as `params_of` returns them


def render(row: Notification) -> RenderedNotification:
    """Return the texts of `row` in the active language.

    For a type that this code does not know, as of a newer release, they only name the
    site.
    """
    notification_type = NOTIFICATION_TYPES.get(row.kind)
    path = row.params.get("path") or path_of(row.subject_type, row.subject_id)
    if has_no_page(row):
        path = NO_PAGE
    facts = params_of(row)
    if notification_type is None:
        name = settings.SITE_NAME
        return RenderedNotification(name, "", "", _("View"), path, facts)
    params = _localized(facts)
    return RenderedNotification(
        title=str(notification_type.title) % params,
        # Not `str(text)`: a text with a plural chooses its form by the parameters.
        text=cast(str, notification_type.text) % params,
        reason=row.params.get("reason", ""),
        action=notification_type.action,
        path=path,
        facts=facts,
    )


def params_of(row: Notification) -> dict:
    """Return the parameters as the recipient may read them, in the active language.

    While the person who caused `row` is suspended, a fixed name stands for the name,
    and while an item is hidden from the recipient, fixed words for its title.
    """
    params, actor = without_titles(row), row.actor
    if "name" not in params or actor is None or actor.is_active:
        return params
    return params | {"name": actor.public_name}


def _localized(params: dict) -> dict:
    """`params` for `%` formatting, with `site`, and with written dates and amounts."""
    localized = defaultdict(lambda: MISSING_PARAM, params, site=settings.SITE_NAME)
    # The plural needs a number, also for an old row without one.
    localized.setdefault("days", settings.AUTO_CONFIRM_DAYS)
    if "on" in params:
        localized["on"] = date_format(date.fromisoformat(params["on"]), "DATE_FORMAT")
    for name in params.keys() & AMOUNTS:
        number, _space, currency = params[name].partition(" ")
        localized[name] = f"{number_format(number)} {currency}"
    return localized
