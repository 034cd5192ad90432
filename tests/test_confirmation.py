"""Confirmation of e-mail addresses: the e-mail, the link, and what waits for it."""

import re

import pytest
from django.core import mail, signing
from django.urls import reverse
from django.utils import timezone

from accounts import confirmation
from accounts.models import User
from accounts.tests.factories import PASSWORD, UserFactory, suspend
from core.api import throttling
from core.exceptions import Throttled
from listings.tests.factories import ListingFactory
from notifications.models import Notification
from notifications.services import notify
from offerings.tests.factories import OfferingFactory
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db
RESEND = "/api/auth/resend-confirmation"
WORDS = {"username": "Buy_now_9", "first_name": "Cheap", "last_name": "Watches"}


def join(api, **fields):
    person = {"username": "person", "email": "person@example.com", "password": PASSWORD}
    return api.post("/api/auth/register", person | fields)


@pytest.fixture
def newcomer():
    return UserFactory(username="newcomer", email_confirmed=False)


def path_of(email) -> str:
    return re.search(r"https?://[^/]+(/\S+)", email.body)[1]


def test_registration_sends_one_fixed_email(api, run_jobs):
    """B3: an unconfirmed address gets no word of the person who registered."""
    assert join(api, **WORDS).status_code == 201
    run_jobs()
    [email] = mail.outbox
    assert email.to == ["person@example.com"]
    for word in WORDS.values():
        assert word not in f"{email.subject} {email.body} {email.alternatives}"


@pytest.mark.parametrize("language", ["lv", "ru", "en"])
def test_email_has_the_link_in_each_language(api, run_jobs, language):
    """B3: the link leads to a page served here."""
    join(api, language=language)
    run_jobs()
    assert api.get(path_of(mail.outbox[0])).status_code == 200


def test_unconfirmed_address_is_notified_in_the_app_alone(newcomer, run_jobs):
    """B3: notifications stay in the app until the address is confirmed."""
    notify(newcomer, "welcome", name="x")
    run_jobs()
    assert not mail.outbox
    assert Notification.objects.get().in_app
    confirmation.confirm(newcomer)
    notify(newcomer, "welcome", name="x")
    run_jobs()
    assert len(mail.outbox) == 1


def test_opened_link_asks_and_the_button_confirms(api, newcomer):
    """B3: a mail scanner that opens the link confirms nothing."""
    link = confirmation.url_for(newcomer).removeprefix("http://localhost:8000")
    for _time in range(2):
        assert "<form" in api.get(link).content.decode()
        assert not User.objects.get(pk=newcomer.pk).email_confirmed
    for _time in range(2):  # again is no error
        assert api.post(link).status_code == 200
        assert User.objects.get(pk=newcomer.pk).email_confirmed


def forged(newcomer):
    return signing.dumps([newcomer.pk, newcomer.email], salt="another purpose")


def expired(newcomer):
    return _token(newcomer)


def of_a_former_address(newcomer):
    token = _token(newcomer)
    User.objects.filter(pk=newcomer.pk).update(email="new@example.com")
    return token


def of_a_suspended_person(newcomer):
    suspend(User.objects.filter(pk=newcomer.pk))
    return _token(newcomer)


def damaged(newcomer):
    return _token(newcomer)[:-2]


def _token(person):
    return confirmation.url_for(person).rpartition("/")[2]


@pytest.mark.parametrize(
    "make", [forged, expired, of_a_former_address, of_a_suspended_person, damaged]
)
def test_link_confirms_nothing_else(api, newcomer, make, monkeypatch):
    """B3, A8: the token is bound to its purpose, its address and three days."""
    url = reverse("confirm-email", args=[make(newcomer)])
    if make is expired:
        later = signing.time.time() + 3 * 24 * 3600 + 1
        monkeypatch.setattr(signing.time, "time", lambda: later)
    assert api.post(url).status_code == 404
    assert not User.objects.get(pk=newcomer.pk).email_confirmed


@pytest.mark.parametrize("name", ["confirm-email", "unsubscribe"])
def test_browser_reads_that_a_link_is_invalid(client, name):
    """B3: as a page in the language of the browser. Others get the one JSON shape."""
    url = reverse(name, args=["damaged"])
    headers = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "lv"}
    page = client.get(url, headers=headers)
    assert (page.status_code, page["Content-Type"][:9]) == (404, "text/html")
    assert "nav derīga" in page.text
    assert client.get(url).json()["code"] == "not_found"


def test_profile_says_whether_the_address_is_confirmed(api, newcomer, alice):
    """B3: shown to oneself, and to nobody else."""
    assert api.as_(newcomer).get("/api/auth/profile").json()["email_confirmed"] is False
    assert api.as_(alice).get("/api/auth/profile").json()["email_confirmed"] is True
    public = api.get(f"/api/auth/users/{newcomer.pk}").json()
    assert "email_confirmed" not in public


def test_email_is_sent_again_once_a_minute(api, newcomer, run_jobs):
    """B3: the second request within a minute waits."""
    client = api.as_(newcomer)
    assert client.post(RESEND).status_code == 200
    assert client.post(RESEND).status_code == 429
    run_jobs()
    assert len(mail.outbox) == 1


def test_email_is_sent_again_five_times_a_day(newcomer, monkeypatch):
    """B3: nobody fills a stranger's mailbox."""
    start, sent = timezone.now().timestamp() // 86400 * 86400, 0
    for minute in range(20):
        monkeypatch.setattr(throttling.time, "time", lambda m=minute: start + m * 61)
        try:
            confirmation.resend(newcomer)
            sent += 1
        except Throttled:
            pass
    assert sent == 5


def test_confirmed_address_gets_no_second_email(api, alice, run_jobs):
    """B3: it is an error, and nothing is sent."""
    answer = api.as_(alice).post(RESEND)
    assert (answer.status_code, answer.json()["code"]) == (409, "email_confirmed")
    run_jobs()
    assert not mail.outbox


def test_new_address_has_to_be_confirmed(administrator, alice, run_jobs):
    """B3: a change of the address takes the confirmation back and sends the e-mail."""
    url = reverse("admin:accounts_user_change", args=[alice.pk])
    fields = {"username": "alice", "language": "en", "user_type": "both", "reason": "x"}
    administrator.post(url, fields | {"email": alice.email})
    assert User.objects.get(pk=alice.pk).email_confirmed
    administrator.post(url, fields | {"email": "new@example.com"})
    assert not User.objects.get(pk=alice.pk).email_confirmed
    run_jobs()
    assert [email.to for email in mail.outbox] == [["new@example.com"]]


# --- What waits -----------------------------------------------------------------------


def write(client):
    body = {"user_id": UserFactory().pk, "message": "Hello!"}
    return client.post("/api/messages/conversations", body)


def contact(client):
    return client.post(f"/api/offerings/{OfferingFactory().pk}/contact", {})


def apply(client):
    return client.post(f"/api/tasks/{TaskFactory().pk}/apply", {"message": "Me!"})


def post_listing(client):
    fields = {"title": "A chair", "description": "Of wood.", "price": 5}
    return client.post("/api/listings", fields | {"category": "furniture"})


def review(client):
    body = {"reviewed_user_id": UserFactory().pk, "rating": 5, "content": "Good work."}
    return client.post("/api/reviews", body)


CONTACTS, POSTS = [write, contact, apply], [post_listing, review]


@pytest.mark.parametrize(
    ("setting", "waiting"),
    [("none", []), ("before_contact", CONTACTS), ("before_posting", CONTACTS + POSTS)],
)
@pytest.mark.parametrize("act", CONTACTS + POSTS)
def test_what_waits_is_a_setting(api, newcomer, settings, setting, waiting, act):
    """B3: 403 with a code of its own; without the setting nothing waits."""
    settings.EMAIL_CONFIRMATION = setting
    answer = act(api.as_(newcomer))
    if act in waiting:
        assert (answer.status_code, answer.json()["code"]) == (403, "email_unconfirmed")
        confirmation.confirm(newcomer)
        answer = act(api.as_(newcomer))
    assert answer.status_code == 201, answer.json()


def test_reading_does_not_wait(api, newcomer, settings):
    """B3: one's own pages and those of others are open."""
    settings.EMAIL_CONFIRMATION = "before_posting"
    ListingFactory()
    for path in ("listings", "listings/my", "messages/conversations", "notifications"):
        assert api.as_(newcomer).get(f"/api/{path}").status_code == 200
