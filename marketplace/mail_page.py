"""`/examples/mail`: the e-mails that this demo sent, and an example of every type."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.views.decorators.clickjacking import xframe_options_sameorigin

from accounts import confirmation
from marketplace import demo_mail
from notifications.samples import sample_email, sample_recipient
from notifications.types import NOTIFICATION_TYPES

CONFIRMATION = "confirmation"  # of the address: an e-mail, but no notification
KINDS = [*NOTIFICATION_TYPES, CONFIRMATION]
# The e-mail is shown as a mail program shows it: without scripts and without loading
# anything. Links open in a new window.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
# Of an e-mail without HTML; a long link breaks.
PLAIN = '<pre style="white-space: pre-wrap; overflow-wrap: anywhere">{}</pre>'


def mail_page(request: HttpRequest) -> HttpResponse:
    """Return the page. `?sent=` or `?kind=` and `?language=` choose the e-mail.

    Raises `Http404` outside the demo, and for an e-mail that does not exist.
    """
    _require_demo()
    sent = [_row(name, message) for name, message in demo_mail.sent()]
    query = request.GET.copy()
    if not {"sent", "kind"} & set(query):
        if sent:
            query["sent"] = sent[0]["name"]
        else:
            query["kind"], query["language"] = "application_received", "lv"
    chosen = {name: query.get(name, "") for name in ("sent", "kind", "language")}
    context = {
        "name": settings.SITE_NAME,
        "sent": sent,
        "kinds": KINDS,
        "languages": settings.LANGUAGES,
        "chosen": chosen,
        "email": _find(chosen),
        "body_query": query.urlencode(),
    }
    return render(request, "mail.html", context)


@xframe_options_sameorigin
def mail_body(request: HttpRequest) -> HttpResponse:
    """Return the HTML part of the e-mail alone, for the frame of the page."""
    _require_demo()
    chosen = {n: request.GET.get(n, "") for n in ("sent", "kind", "language")}
    email = _find(chosen)
    html = email["html"] or format_html(PLAIN, email["text"])
    html = html.replace("<head>", '<head><base target="_blank">', 1)
    return HttpResponse(html, headers={"Content-Security-Policy": POLICY})


def _require_demo() -> None:
    if not settings.DEMO:
        raise Http404


def _row(name: str, message: demo_mail.ReceivedMessage) -> dict:
    stamp = name.partition("-")[0]
    at = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}T{stamp[9:11]}:{stamp[11:13]}:00Z"
    return {
        "name": name,
        "to": message["To"],
        "subject": message["Subject"],
        "at": parse_datetime(at),
    }


def _find(chosen: dict) -> dict:
    """Return the parts of the chosen e-mail. Raises `Http404`."""
    if chosen["sent"]:
        message = demo_mail.find(chosen["sent"])
        if message is None:
            raise Http404
        return {
            "to": message["To"],
            "subject": message["Subject"],
            "text": demo_mail.body_of(message, "plain"),
            "html": demo_mail.body_of(message, "html"),
        }
    is_known = chosen["language"] in dict(settings.LANGUAGES)
    if chosen["kind"] not in KINDS or not is_known:
        raise Http404
    if chosen["kind"] == CONFIRMATION:
        person = sample_recipient(chosen["language"])
        return confirmation.render_email(person) | {"html": ""}
    return sample_email(chosen["kind"], chosen["language"])
