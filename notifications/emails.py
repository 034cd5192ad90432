"""A notification as a letter: plain text, HTML, and the way out."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.client_urls import absolute
from notifications.models import Notification
from notifications.rendering import words_of
from notifications.unsubscribe import url_for

SUBJECT_CHARACTERS = 120


def render_email(row: Notification) -> dict:
    """What `enqueue_mail` takes besides the key, in the language of the recipient."""
    with override(row.recipient.language):
        return _letter(row)


def _letter(row: Notification) -> dict:
    words = words_of(row)
    way_out = url_for(row)
    page = {
        "site": settings.SITE_NAME,
        "site_url": absolute("/"),
        "language": row.recipient.language,
        "words": words,
        "url": absolute(words.path),
        "items": [_item(item) for item in row.params.get("items", ())],
        "more": _more(row.params),
        "greeting": _("Hello, %(name)s!") % {"name": row.recipient.display_name},
        "because": _("You get this letter because you have an account at %(site)s.")
        % {"site": settings.SITE_NAME},
        "unsubscribe": _("No more letters of this kind"),
        "unsubscribe_url": way_out,
        "preferences": _("Choose what you hear of"),
        "preferences_url": absolute(settings.CLIENT_PATHS["preferences"]),
    }
    return {
        "to": row.recipient.email,
        "subject": _one_line(words.title),
        "text": render_to_string("notifications/letter.txt", page),
        "html": render_to_string("notifications/letter.html", page),
        "headers": {
            "List-Unsubscribe": f"<{way_out}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    }


def _item(item: dict) -> dict:
    return item | {"url": absolute(item["path"])}


def _more(params: dict) -> str:
    if "more" not in params:
        return ""
    return _("And %(count)s more.") % {"count": params["more"]}


def _one_line(title: str) -> str:
    """A header takes no line breaks, and readers show no more than this."""
    line = " ".join(title.split())
    if len(line) <= SUBJECT_CHARACTERS:
        return line
    return f"{line[: SUBJECT_CHARACTERS - 1]}…"
