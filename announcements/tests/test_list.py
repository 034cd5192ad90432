"""Who sees which announcements, in which language, and what reading does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from announcements.audiences import people_in
from announcements.models import AnnouncementRead
from announcements.tests.factories import AnnouncementFactory
from offerings.tests.factories import OfferingFactory
from tasks.tests.factories import ApplicationFactory, TaskFactory

pytestmark = pytest.mark.django_db
PATH = "/api/announcements"


def titles(client, **headers) -> list[str]:
    answer = client.get(PATH, headers=headers)
    assert answer.status_code == 200
    return [row["title"] for row in answer.json()["announcements"]]


def sent(**fields):
    return AnnouncementFactory(sent=True, **fields)


def test_a_visitor_sees_what_is_for_everyone(api, db):
    sent(title_en="For all")
    sent(title_en="Group", audience="workers")
    sent(title_en="Language", language="en")
    sent(title_en="City", city="Rīga")
    assert titles(api) == ["For all"]
    assert api.get(PATH).json()["announcements"][0]["read"] is False


def test_only_what_is_sent_and_current_is_listed(api, alice):
    now, hour = timezone.now(), timedelta(hours=1)
    sent(title_en="Now", starts_at=now - hour, ends_at=now + hour)
    AnnouncementFactory(title_en="Draft")
    AnnouncementFactory(title_en="Stopped", status="stopped")
    sent(title_en="Over", ends_at=now - hour)
    sent(title_en="To come", starts_at=now + hour)
    sent(title_en="Elsewhere", in_list=False)
    for client in (api, api.as_(alice)):
        assert titles(client) == ["Now"]


def test_a_person_sees_what_is_for_them(api, alice, bob):
    alice.language, alice.city = "lv", "rīga "
    alice.save()
    sent(title_en="Latvian", language="lv")
    sent(title_en="Russian", language="ru")
    sent(title_en="Riga", city="Rīga")
    sent(title_en="Liepaja", city="Liepāja")
    assert titles(api.as_(alice)) == ["Riga", "Latvian"]
    assert titles(api.as_(bob)) == []


def test_the_groups_are_those_of_what_people_do(api, alice, bob, mallory):
    ApplicationFactory(applicant=bob, task=TaskFactory(creator=alice))
    OfferingFactory(creator=mallory)
    OfferingFactory(creator=bob, status="deleted")
    for group in ("workers", "creators", "sellers"):
        sent(title_en=group, audience=group)
    shown = {person: titles(api.as_(person)) for person in (alice, bob, mallory)}
    assert shown == {alice: ["creators"], bob: ["workers"], mallory: ["sellers"]}
    assert list(people_in("sellers")) == [mallory]


@pytest.mark.parametrize(
    ("language", "expected"),
    [("lv", ("Ziņas", "lv")), ("ru", ("News", "en")), ("en", ("News", "en"))],
)
def test_a_language_without_a_text_falls_back(api, alice, language, expected):
    sent(title_en="News", title_lv="Ziņas", text_lv="Jauna lapa.", title_ru="Новости")
    alice.language = language
    alice.save()
    for client in (api, api.as_(alice)):
        answer = client.get(PATH, headers={"Accept-Language": language})
        row = answer.json()["announcements"][0]
        assert (row["title"], row["language"]) == expected


def test_what_is_read_once_stays_read(api, alice, bob):
    row = sent()
    client, path = api.as_(alice), f"{PATH}/{row.pk}/read"
    assert client.get(PATH).json()["announcements"][0]["read"] is False
    first = client.post(path)
    read_at = AnnouncementRead.objects.get().read_at
    again = client.post(path)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert first.json()["announcement"]["read"] is True
    assert AnnouncementRead.objects.get().read_at == read_at
    assert client.get(PATH).json()["announcements"][0]["read"] is True
    assert api.as_(bob).get(PATH).json()["announcements"][0]["read"] is False


def test_who_may_not_see_it_cannot_read_it(api, alice):
    paths = [
        f"{PATH}/{row.pk}/read"
        for row in (AnnouncementFactory(), sent(language="ru"), sent(city="Rīga"))
    ]
    for path in paths:
        assert api.as_(alice).post(path).status_code == 404
        assert api.post(path).status_code == 401
    assert not AnnouncementRead.objects.exists()
