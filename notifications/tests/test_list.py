"""The list of notifications and the preferences, over HTTP."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from notifications import services
from notifications.models import Notification
from notifications.tests.factories import NotificationFactory

pytestmark = pytest.mark.django_db
URL = "/api/notifications"


def ids(answer) -> list[int]:
    return [row["id"] for row in answer.json()["notifications"]]


def test_list_shows_own_notifications_newest_first(api, alice):
    first, second = NotificationFactory.create_batch(2, recipient=alice)
    NotificationFactory()
    assert ids(api.as_(alice).get(URL)) == [second.pk, first.pk]


def test_filter_by_unread(api, alice):
    unread = NotificationFactory(recipient=alice)
    read = NotificationFactory(recipient=alice, read_at=timezone.now())
    client = api.as_(alice)
    assert ids(client.get(f"{URL}?unread=true")) == [unread.pk]
    assert ids(client.get(f"{URL}?unread=false")) == [read.pk]


def test_cursor_pages_through_the_list(api, alice):
    rows = NotificationFactory.create_batch(5, recipient=alice)
    client, cursor, found = api.as_(alice), "", []
    while cursor is not None:
        answer = client.get(f"{URL}?per_page=2&cursor={cursor}")
        found += ids(answer)
        cursor = answer.json()["next_cursor"]
    assert found == [row.pk for row in reversed(rows)]


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("lv", "Lūdzu, apstipriniet: Paint the fence"),
        ("ru", "Подтвердите, пожалуйста: Paint the fence"),
        ("en", "Please confirm: Paint the fence"),
    ],
)
def test_texts_are_in_the_language_of_the_recipient(api, alice, language, title):
    """Also texts of notifications from before the language was chosen."""
    NotificationFactory(recipient=alice)
    User.objects.update(language=language)
    answer = api.as_(alice).get(URL, HTTP_ACCEPT_LANGUAGE="en")
    assert answer.json()["notifications"][0]["title"] == title


def test_notification_shows_its_subject_and_path(api, alice):
    row = NotificationFactory(recipient=alice)
    shown = api.as_(alice).get(URL).json()["notifications"][0]
    assert shown["subject"] == {"type": "task", "id": row.subject_id}
    assert shown["path"] == f"/tasks/{row.subject_id}"
    assert (shown["kind"], shown["group"]) == ("task_done", "tasks")


def test_unknown_kind_does_not_break_the_list(api, alice):
    NotificationFactory(recipient=alice, kind="of_another_version", params={})
    assert api.as_(alice).get(URL).status_code == 200


def test_missing_param_does_not_break_the_list(api, alice):
    NotificationFactory(recipient=alice, params={})
    title = api.as_(alice).get(URL).json()["notifications"][0]["title"]
    assert title == "Please confirm: …"


def test_marking_read_lowers_the_unread_count(api, alice):
    row, _other = NotificationFactory.create_batch(2, recipient=alice)
    client = api.as_(alice)
    answer = client.post(f"{URL}/{row.pk}/read").json()
    assert answer["notification"]["is_read"]
    assert client.get(f"{URL}/unread-count").json() == {"unread_count": 1}


def test_marking_read_twice_keeps_the_first_time(api, alice):
    row = NotificationFactory(recipient=alice)
    client = api.as_(alice)
    first, second = (client.post(f"{URL}/{row.pk}/read").json() for _time in "12")
    assert first == second


def test_mark_all_read_changes_own_notifications_alone(api, alice):
    NotificationFactory.create_batch(3, recipient=alice)
    NotificationFactory()
    assert api.as_(alice).post(f"{URL}/read-all").json()["marked_read"] == 3
    assert Notification.objects.unread().count() == 1


def test_deleted_notification_is_404(api, alice):
    row = NotificationFactory(recipient=alice)
    client = api.as_(alice)
    assert client.delete(f"{URL}/{row.pk}").status_code == 200
    assert client.delete(f"{URL}/{row.pk}").status_code == 404
    assert client.get(f"{URL}/unread-count").json() == {"unread_count": 0}


def test_stranger_gets_404(api, alice, mallory):
    row = NotificationFactory(recipient=alice)
    client = api.as_(mallory)
    assert client.post(f"{URL}/{row.pk}/read").status_code == 404
    assert client.delete(f"{URL}/{row.pk}").status_code == 404
    assert not Notification.objects.get().is_read


def test_list_takes_three_queries_and_the_count_one(api, alice):
    NotificationFactory.create_batch(5, recipient=alice)
    client = api.as_(alice)
    for path, most in ((URL, 3), (f"{URL}?unread=true", 3), (f"{URL}/unread-count", 1)):
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        assert len(queries) - 1 <= most  # one finds the reader


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
@pytest.mark.parametrize(
    ("query", "index"),
    [("", "notification_newest"), ("?unread=true", "notification_unread")],
)
def test_page_is_read_from_its_index(api, alice, query, index):
    rows_before = NotificationFactory.build_batch(300, recipient=alice, params={})
    Notification.objects.bulk_create(rows_before)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")  # the table is as good as empty
    rows = Notification.objects.visible_to(alice).newest_first()
    rows = rows.unread() if query else rows.filter(read_at__gte=timezone.now())
    assert index in rows[:20].explain()


def test_default_preferences_are_all_but_messages_in_app(api, alice):
    found = api.as_(alice).get(f"{URL}/preferences").json()
    assert found["tasks"] == {"in_app": True, "email": True}
    assert found["messages"] == {"in_app": False, "email": True}


def test_preference_changes_only_what_is_given(api, alice):
    client = api.as_(alice)
    body = {"tasks": {"email": False}}
    answer = client.put(f"{URL}/preferences", body).json()
    assert answer["tasks"] == {"in_app": True, "email": False}
    client.put(f"{URL}/preferences", {"tasks": {"in_app": False}})
    assert client.put(f"{URL}/preferences", {"nonsense": 1}).status_code == 400
    answer = client.get(f"{URL}/preferences").json()
    assert answer["tasks"] == {"in_app": False, "email": False}
    assert answer["reviews"] == {"in_app": True, "email": True}


def test_preferences_are_booleans(api, alice):
    body = {"tasks": {"email": "no"}}
    answer = api.as_(alice).put(f"{URL}/preferences", body)
    assert answer.status_code == 400


def test_invalid_channels_are_refused_under_their_group(api, alice):
    answer = api.as_(alice).put(f"{URL}/preferences", {"messages": []}).json()
    assert answer["error"].startswith("messages: Give true or false")
    assert list(answer["fields"]) == ["messages"]


def test_language_comes_from_the_browser_and_can_be_changed(api):
    body = {
        "username": "new",
        "email": "new@example.com",
        "password": "quiet-Harbour-7",
    }
    answer = api.post("/api/auth/register", body, HTTP_ACCEPT_LANGUAGE="ru,en;q=0.5")
    assert answer.json()["user"]["language"] == "ru"
    client = api.as_(User.objects.get())
    changed = client.put("/api/auth/profile", {"language": "lv"}).json()
    assert changed["user"]["language"] == "lv"
    assert client.put("/api/auth/profile", {"language": "de"}).status_code == 400


def test_marking_read_what_is_deleted_at_the_same_time_is_404(api, alice, monkeypatch):
    row = NotificationFactory(recipient=alice)
    monkeypatch.setattr(services, "mark_read", services.delete)
    answer = api.as_(alice).post(f"/api/notifications/{row.pk}/read")
    assert answer.status_code == 404
