"""Announcements in the admin."""

import pytest
from django.utils.html import escape

from announcements.models import Announcement
from announcements.tests.factories import AnnouncementFactory
from audit.models import AuditLogEntry

pytestmark = pytest.mark.django_db
LIST = "/admin/announcements/announcement/"
FORM = {
    "kind": "news",
    "title_en": "News",
    "text_en": "A new page.",
    "title_lv": "Ziņas",
    "text_lv": "Jauna lapa.",
    "title_ru": "",
    "text_ru": "",
    "audience": "everyone",
    "language": "",
    "city": "",
    "starts_at_0": "2031-05-01",
    "starts_at_1": "10:00",
    "ends_at_0": "",
    "ends_at_1": "",
    "in_list": "on",
    "reason": "A test.",
}


def page_of(row, name="change") -> str:
    return f"{LIST}{row.pk}/{name}/"


def errors(answer) -> list:
    return list(answer.context["adminform"].form.errors)


def test_staff_write_one(administrator, staff):
    assert administrator.post(f"{LIST}add/", FORM).status_code == 302
    row = Announcement.objects.get()
    assert (row.status, row.title_lv) == ("draft", "Ziņas")
    entry = AuditLogEntry.objects.get()
    assert (entry.actor, entry.action, entry.reason) == (staff, "add", "A test.")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text_lv": ""}, "text_lv"),
        ({"title_lv": ""}, "title_lv"),
        ({"in_list": ""}, "in_list"),
        ({"ends_at_0": "2031-04-01", "ends_at_1": "10:00"}, "__all__"),
        (dict.fromkeys(("title_en", "text_en", "title_lv", "text_lv"), ""), "__all__"),
        ({"reason": ""}, "reason"),
        ({"language": "de"}, "language"),
    ],
)
def test_what_is_incomplete_is_named(administrator, changes, field):
    answer = administrator.post(f"{LIST}add/", FORM | changes)
    assert answer.status_code == 200
    assert errors(answer) == [field]
    assert not Announcement.objects.exists()


def test_the_page_shows_every_language_as_people_read_it(administrator):
    row = AnnouncementFactory(title_lv="Ziņas", text_lv="<b>Jauna</b>\n\nlapa.")
    page = administrator.get(page_of(row)).content.decode()
    assert '<div lang="lv"' in page
    assert page.count('<div lang="en"') == 2  # also for who reads Russian
    assert ">&lt;b&gt;Jauna&lt;/b&gt;" in page
    assert "<b>Jauna</b>" not in page


def test_a_draft_is_edited(administrator):
    row = AnnouncementFactory()
    assert administrator.post(page_of(row), FORM).status_code == 302
    row.refresh_from_db()
    assert row.title_en == "News"


@pytest.mark.parametrize("status", ["sent", "stopped"])
def test_what_was_sent_is_neither_edited_nor_deleted(administrator, status):
    row = AnnouncementFactory(status=status, title_en="Before")
    assert administrator.get(page_of(row)).status_code == 200
    assert administrator.post(page_of(row), FORM).status_code == 403
    assert (
        administrator.post(page_of(row, "delete"), {"post": "yes"}).status_code == 403
    )
    row.refresh_from_db()
    assert row.title_en == "Before"


def test_a_draft_is_deleted(administrator):
    row = AnnouncementFactory()
    answer = administrator.post(page_of(row, "delete"), {"post": "yes"})
    assert answer.status_code == 302
    assert not Announcement.objects.exists()


def test_sending_asks_for_a_reason(administrator):
    row = AnnouncementFactory()
    send = page_of(row, "action/send")
    assert administrator.post(send, {"reason": ""}).status_code == 200
    row.refresh_from_db()
    assert row.status == "draft"
    assert administrator.post(send, {"reason": "It is time."}).status_code == 302
    row.refresh_from_db()
    assert row.status == "sent"


def test_a_sent_one_can_be_stopped_on_its_page(administrator):
    row = AnnouncementFactory(sent=True)
    page = administrator.get(page_of(row)).content.decode()
    assert page_of(row, "action/stop") in page
    assert page_of(row, "action/send") not in page
    administrator.post(page_of(row, "action/stop"), {"reason": "Wrong."})
    row.refresh_from_db()
    assert row.status == "stopped"


def test_moderators_send_nothing(moderator):
    row = AnnouncementFactory()
    for path in (LIST, f"{LIST}add/", page_of(row), page_of(row, "action/send")):
        assert moderator.post(path, {"reason": "x"}).status_code == 403
    row.refresh_from_db()
    assert row.status == "draft"


def test_titles_are_escaped(administrator):
    AnnouncementFactory(title_en="<script>x</script>")
    page = administrator.get(LIST).content.decode()
    assert escape("<script>x</script>") in page
    assert "<script>x</script>" not in page
