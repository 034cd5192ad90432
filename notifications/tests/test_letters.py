"""Letters, through a real mail server, and the way out of them."""

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
    "name": "Jānis <b>Bērziņš</b>",
    "title": "Tīrīt logus",
    "days": 14,
    "rating": 5,
    "count": 3,
    "seq": 3,
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
    """A letter as the mail server has it, in Latvian."""
    User.objects.filter(pk=alice.pk).update(language="lv")
    mail_server.start()
    notify(User.objects.get(pk=alice.pk), "task_disputed", **PARAMS)
    run_jobs()
    [message] = mailbox.emails
    return message


def test_it_arrives_in_both_forms_and_the_language_of_its_reader(received):
    text, html = parts_of(received)
    assert received.get_content_type() == "multipart/alternative"
    subject = make_header(decode_header(received["Subject"]))
    assert str(subject) == "Darbs apstrīdēts: Tīrīt logus"
    assert "apstrīd darbu" in text
    assert "apstrīd darbu" in html
    assert '<html lang="lv">' in html


def test_its_headers_say_what_it_is_and_how_to_end_it(received):
    assert parseaddr(received["To"])[1] == "alice@example.com"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert received["List-Unsubscribe"].strip().startswith(f"<{settings.SITE_URL}/")


def test_its_id_is_that_of_the_event(received):
    row = Notification.objects.get()
    key = f"notification:{row.pk}:{row.created_at.isoformat()}"
    assert received["Message-ID"] == make_message_id(key)


def test_its_one_click_ends_this_group_alone(received, alice):
    url = "".join(received["List-Unsubscribe"].split()).strip("<>")
    path = url.removeprefix(settings.SITE_URL)
    stranger = Client(enforce_csrf_checks=True)
    answer = stranger.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    [said] = Preference.objects.all()
    assert (said.user, said.group) == (alice, "tasks")
    assert (said.in_app, said.email) == (True, False)


def test_a_server_that_is_away_gets_it_once_it_is_back(
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


# --- The words of each kind -----------------------------------------------------------


@pytest.mark.parametrize("language", ["lv", "ru", "en"])
@pytest.mark.parametrize("kind", NOTIFICATION_TYPES)
def test_every_kind_has_its_words(kind, language):
    row = NotificationFactory(
        kind=kind, params=PARAMS, recipient__language=language, subject_type=""
    )
    found = render_email(row)
    for words in (found["subject"], found["text"], found["html"]):
        assert "%(" not in words
        assert "…" not in words


@pytest.mark.parametrize("kind", NOTIFICATION_TYPES)
def test_html_shows_what_people_type_as_text(kind):
    html = render_email(NotificationFactory(kind=kind, params=PARAMS))["html"]
    assert "<b>" not in html
    assert "&lt;i&gt;not&lt;/i&gt;" in html


def test_plain_text_is_not_escaped():
    assert "<b>Bērziņš</b>" in render_email(NotificationFactory(params=PARAMS))["text"]


def test_a_letter_asks_nobody_for_anything():
    """No pictures, no style sheets: nothing tells that it was opened."""
    html = render_email(NotificationFactory(params=PARAMS))["html"]
    assert "<img" not in html
    assert "<link" not in html
    assert "url(" not in html


def test_a_subject_is_one_line_of_bounded_length():
    params = PARAMS | {"title": "a\r\nBcc: x@example.com\n" + 300 * "b"}
    subject = render_email(NotificationFactory(params=params))["subject"]
    assert "\n" not in subject
    assert len(subject) <= 120


def test_links_lead_to_the_pages_of_the_client():
    row = NotificationFactory(params=PARAMS, subject_id=7)
    found = render_email(row)
    for words in (found["text"], found["html"]):
        assert f"{settings.SITE_URL}/tasks/7" in words
        assert f"{settings.SITE_URL}/listings/7" in words


# --- The way out ----------------------------------------------------------------------


@pytest.fixture
def way_out() -> str:
    row = NotificationFactory(recipient__language="ru")
    return unsubscribe.url_for(row).removeprefix(settings.SITE_URL)


def test_who_only_looks_ends_nothing(way_out):
    """Scanners follow every link of a letter."""
    answer = Client().get(way_out)
    assert "Больше не присылать" in answer.content.decode()
    assert not Preference.objects.exists()


def test_the_button_of_the_page_ends_it_without_signing_in(way_out):
    answer = Client(enforce_csrf_checks=True).post(way_out)
    assert "больше не придут" in answer.content.decode()
    assert not Preference.objects.get().email


def test_twice_is_as_good_as_once(way_out):
    assert [Client().post(way_out).status_code for _time in "12"] == [200, 200]
    assert Preference.objects.count() == 1


@pytest.mark.parametrize("token", ["x", "x:y:z", "WzEsInRhc2tzIl0:x"])
def test_a_forged_link_is_refused(token):
    answer = Client().post(f"/api/unsubscribe/{token}")
    assert answer.status_code == 404
    assert not Preference.objects.exists()


def test_a_link_of_somebody_who_is_gone_does_no_harm(way_out):
    User.objects.all().delete()
    assert Client().post(way_out).status_code == 200


def test_a_subject_may_end_by_itself(monkeypatch, alice):
    stopped = []
    stopper = unsubscribe.UnsubscribeHandler(
        unsubscribe=lambda *ids: stopped.append(ids),
        get_title=lambda *ids: "Just this one",
    )
    monkeypatch.setitem(unsubscribe.HANDLERS, "task", stopper)
    row = NotificationFactory(recipient=alice, subject_id=7)
    url = unsubscribe.url_for(row).removeprefix(settings.SITE_URL)
    assert "Just this one" in Client().get(url).content.decode()
    assert stopped == []
    Client().post(url)
    assert stopped == [(alice.pk, 7)]
    assert not Preference.objects.exists()


def test_every_group_has_a_kind():
    assert {kind.group for kind in NOTIFICATION_TYPES.values()} == set(Group)
