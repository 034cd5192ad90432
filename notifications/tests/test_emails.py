"""E-mails of notifications through a real mail server, and unsubscribing."""

from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from jobs.mail import make_message_id
from jobs.models import Job
from jobs.tests.test_smtp import mail_server, mailbox, make_due  # noqa: F401 - fixtures
from notifications import unsubscribe
from notifications.emails import render_email
from notifications.models import Notification, Preference
from notifications.services import notify
from notifications.tests.factories import NotificationFactory
from notifications.types import NOTIFICATION_TYPES, Group

pytestmark = pytest.mark.django_db
PARAMS = {
    "amount": "45.00 EUR",
    "net": "40.50 EUR",
    "back": "45.00 EUR",
    "name": "Jānis <b>Bērziņš</b>",
    "title": "Tīrīt logus",
    "text": "Darbs sestdien.",
    "days": 14,
    "rating": 5,
    "count": 3,
    "seq": 3,
    "what": "Ziņas",
    "on": "2026-11-25",
    "reason": "Half of it is <i>not</i> done.",
    "items": [{"title": "Bicycle", "path": "/listings/7", "note": "25 €, Rīga"}],
}


def parts_of(message) -> tuple[str, str]:
    return tuple(
        part.get_payload(decode=True).decode() for part in message.get_payload()
    )


@pytest.fixture
def received(alice, mail_server, mailbox, run_jobs):  # noqa: F811
    """An e-mail as the mail server received it, in Latvian."""
    User.objects.filter(pk=alice.pk).update(language="lv")
    mail_server.start()
    notify(User.objects.get(pk=alice.pk), "task_disputed", **PARAMS)
    run_jobs()
    [message] = mailbox.emails
    return message


def test_email_has_both_parts_in_the_language_of_the_recipient(received):
    text, html = parts_of(received)
    assert received.get_content_type() == "multipart/alternative"
    subject = make_header(decode_header(received["Subject"]))
    assert str(subject) == "Darbs apstrīdēts: Tīrīt logus"
    assert "darbu pie uzdevuma" in text
    assert "darbu pie uzdevuma" in html
    assert '<html lang="lv">' in html


def test_headers_have_the_unsubscribe_link(received):
    assert parseaddr(received["To"])[1] == "alice@example.com"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert received["List-Unsubscribe"].strip().startswith(f"<{settings.SITE_URL}/")


def test_message_id_is_made_from_the_event(received):
    row = Notification.objects.get()
    key = f"notification:{row.pk}:{row.created_at.isoformat()}"
    assert received["Message-ID"] == make_message_id(key)


def test_one_click_unsubscribes_from_this_group_alone(received, alice):
    url = "".join(received["List-Unsubscribe"].split()).strip("<>")
    path = url.removeprefix(settings.SITE_URL)
    stranger = Client(enforce_csrf_checks=True)
    answer = stranger.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    [preference] = Preference.objects.all()
    assert (preference.user, preference.group) == (alice, "tasks")
    assert (preference.in_app, preference.email) == (True, False)


def test_email_waits_while_the_mail_server_is_down(
    alice,
    mail_server,  # noqa: F811
    mailbox,  # noqa: F811
    run_jobs,
):
    notify(alice, "task_done", **PARAMS)
    run_jobs(may_fail=True)
    mail_server.start()
    make_due()
    run_jobs()
    assert len(mailbox.emails) == 1
    assert not Job.objects.exclude(status="done").exists()


# --- The texts of each type -----------------------------------------------------------


@pytest.mark.parametrize("language", ["lv", "ru", "en"])
@pytest.mark.parametrize("kind", NOTIFICATION_TYPES)
def test_type_has_all_texts_in_all_languages(kind, language):
    row = NotificationFactory(
        kind=kind, params=PARAMS, recipient__language=language, subject_type=""
    )
    email = render_email(row)
    for text in (email["subject"], email["text"], email["html"]):
        assert "%(" not in text
        assert "…" not in text


@pytest.mark.parametrize(
    ("language", "amount"),
    [("en", "1245.50 EUR"), ("lv", "1245,50 EUR"), ("ru", "1245,50 EUR")],
)
def test_amounts_are_written_as_in_the_language(language, amount):
    params = PARAMS | {"amount": "1245.50 EUR"}
    row = NotificationFactory(
        kind="payment_received", params=params, recipient__language=language
    )
    assert f" {amount} " in render_email(row)["text"]


@pytest.mark.parametrize("kind", NOTIFICATION_TYPES)
def test_html_escapes_user_input(kind):
    html = render_email(NotificationFactory(kind=kind, params=PARAMS))["html"]
    assert "<b>" not in html
    assert "&lt;i&gt;not&lt;/i&gt;" in html


def test_plain_text_is_not_escaped():
    assert "<b>Bērziņš</b>" in render_email(NotificationFactory(params=PARAMS))["text"]


def test_html_loads_nothing_from_anywhere():
    """No pictures, no style sheets: nothing tracks that it was opened."""
    html = render_email(NotificationFactory(params=PARAMS))["html"]
    assert "<img" not in html
    assert "<link" not in html
    assert "url(" not in html


def test_subject_is_one_line_of_bounded_length():
    params = PARAMS | {"title": "a\r\nBcc: x@example.com\n" + 300 * "b"}
    subject = render_email(NotificationFactory(params=params))["subject"]
    assert "\n" not in subject
    assert len(subject) <= 120


def test_links_lead_to_pages_of_the_client():
    row = NotificationFactory(params=PARAMS, subject_id=7)
    email = render_email(row)
    for text in (email["text"], email["html"]):
        assert f"{settings.SITE_URL}/tasks/7" in text
        assert f"{settings.SITE_URL}/listings/7" in text


# --- Unsubscribing --------------------------------------------------------------------


@pytest.fixture
def link() -> str:
    row = NotificationFactory(recipient__language="ru")
    return unsubscribe.url_for(row).removeprefix(settings.SITE_URL)


def test_get_does_not_unsubscribe(link):
    """Virus scanners follow every link of an e-mail."""
    answer = Client().get(link)
    assert "Больше не присылать" in answer.content.decode()
    assert not Preference.objects.exists()


def test_post_unsubscribes_without_signing_in(link):
    answer = Client(enforce_csrf_checks=True).post(link)
    assert "больше не придут" in answer.content.decode()
    assert not Preference.objects.get().email


def test_unsubscribing_twice_is_no_error(link):
    assert [Client().post(link).status_code for _time in "12"] == [200, 200]
    assert Preference.objects.count() == 1


@pytest.mark.parametrize("token", ["x", "x:y:z", "WzEsInRhc2tzIl0:x"])
def test_forged_link_is_404(token):
    answer = Client().post(f"/api/unsubscribe/{token}")
    assert answer.status_code == 404
    assert not Preference.objects.exists()


def test_link_of_a_deleted_person_is_no_error(link):
    User.objects.all().delete()
    assert Client().post(link).status_code == 200


def test_handler_unsubscribes_from_one_subject(monkeypatch, alice):
    stopped = []
    handler = unsubscribe.UnsubscribeHandler(
        unsubscribe=lambda *ids: stopped.append(ids),
        get_title=lambda *ids: "Just this one",
    )
    monkeypatch.setitem(unsubscribe.HANDLERS, "task", handler)
    row = NotificationFactory(recipient=alice, subject_id=7)
    url = unsubscribe.url_for(row).removeprefix(settings.SITE_URL)
    assert "Just this one" in Client().get(url).content.decode()
    assert stopped == []
    Client().post(url)
    assert stopped == [(alice.pk, 7)]
    assert not Preference.objects.exists()


def test_every_group_has_a_type():
    assert {kind.group for kind in NOTIFICATION_TYPES.values()} == set(Group)
