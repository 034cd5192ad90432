"""Render the e-mail of a notification: plain text, HTML, and unsubscribe headers."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from jobs.mail import AUTOMATIC
from notifications.client_urls import absolute
from notifications.models import Notification
from notifications.rendering import render
from notifications.unsubscribe import url_for

MAX_SUBJECT_CHARS = 120


def render_email(row: Notification) -> dict:
    """Return the arguments of `enqueue_mail` for `row`, except the key.

    The e-mail is in the language of the recipient.
    """
    with override(row.recipient.language):
        return _render_email(row)


def _render_email(row: Notification) -> dict:
    rendered = render(row)
    unsubscribe_url = url_for(row)
    context = {
        "site": settings.SITE_NAME,
        "site_url": absolute("/"),
        "language": row.recipient.language,
        "notification": rendered,
        "url": absolute(rendered.path),
        "items": [
            item | {"url": absolute(item["path"])}
            for item in rendered.facts.get("items", ())
        ],
        "more": _more(row.params),
        "greeting": _("Hello, %(name)s!") % {"name": row.recipient.display_name},
        "because": _(
            "You received this e-mail because you have an account at %(site)s."
        )
        % {"site": settings.SITE_NAME},
        "unsubscribe": _("Unsubscribe from these e-mails"),
        "unsubscribe_url": unsubscribe_url,
        "preferences": _("Notification settings"),
        "preferences_url": absolute(settings.CLIENT_PATHS["preferences"]),
    }
    return {
        "to": row.recipient.email,
        "subject": _single_line(rendered.title),
        "text": render_to_string("notifications/email.txt", context),
        "html": render_to_string("notifications/email.html", context),
        "headers": {
            # RFC 8058: mail programs show a button that posts to the URL.
            "List-Unsubscribe": f"<{unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            **AUTOMATIC,
        },
    }


def _more(params: dict) -> str:
    if "more" not in params:
        return ""
    return _("And %(count)s more.") % {"count": params["more"]}


def _single_line(title: str) -> str:
    """`title` without line breaks, which no header may hold, and cut to the maximum."""
    line = " ".join(title.split())
    if len(line) <= MAX_SUBJECT_CHARS:
        return line
    return f"{line[: MAX_SUBJECT_CHARS - 1]}…"
