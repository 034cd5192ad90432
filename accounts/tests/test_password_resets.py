"""A new password by e-mail: the request, the link, its page."""

import re

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import challenges, tokens
from accounts.models import Challenge, Passkey, SecurityEvent
from accounts.tests.factories import PASSWORD, UserFactory, suspend
from jobs.models import Job

FORGOT, RESET = "/api/auth/password/forgot", "/api/auth/password/reset"
NEW = "cloud-harbour-ladder-7"
pytestmark = pytest.mark.django_db


def forget(api, email, **headers):
    return api.post(FORGOT, {"email": email}, **headers)


def token_in(email) -> str:
    return re.search(r"/api/[a-z-]+/(\S+)", email.body)[1]


@pytest.fixture
def token(api, alice, run_jobs):
    """The token that Alice has just got by e-mail."""
    forget(api, alice.email)
    run_jobs()
    return token_in(mail.outbox.pop())


def reset(api, token, password=NEW):
    return api.post(RESET, {"token": token, "password": password})


def sign_in(api, user, password):
    given = {"email": user.email, "password": password}
    return api.post("/api/auth/login", given).status_code


@pytest.fixture(params=["known", "unknown", "suspended"])
def email(request):
    if request.param == "unknown":
        return "nobody@example.com"
    return UserFactory(suspended=request.param == "suspended").email


def test_every_address_is_answered_alike_by_the_same_work(api, email):
    """A8: whether it has an account does not show in the answer or its time."""
    with CaptureQueriesContext(connection) as queries:
        answer = forget(api, email)
    assert answer.status_code == 202
    assert answer.json() == {
        "message": "If this address has an account, an e-mail is on its way."
    }
    assert [query["sql"].split()[0] for query in queries] == ["SELECT", "INSERT"]


def test_the_link_names_the_configured_host(api, alice, run_jobs, settings):
    """A8: whatever the request says."""
    settings.SITE_URL = "https://market.example"
    settings.ALLOWED_HOSTS = ["*"]
    forget(api, alice.email.upper(), HTTP_HOST="evil.example")
    run_jobs()
    [sent] = mail.outbox
    assert "https://market.example/api/reset-password/" in sent.body
    assert "evil" not in f"{sent.subject} {sent.body}"


def test_a_suspended_or_unknown_address_gets_no_email(api, run_jobs):
    """A8: nor does the queue say why."""
    forget(api, UserFactory(suspended=True).email)
    forget(api, "nobody@example.com")
    assert run_jobs() == ["accounts.send_password_reset"] * 2
    assert not mail.outbox


def test_a_link_works_once(api, alice, token):
    """A8: the second use is refused."""
    assert reset(api, token).status_code == 200
    answer = reset(api, token, "another-fine-one-8")
    assert (answer.status_code, answer.json()["code"]) == (400, "link_expired")
    assert sign_in(api, alice, NEW) == 200
    assert sign_in(api, alice, PASSWORD) == 401


def test_a_reset_ends_every_session_and_is_notified(api, alice, token, run_jobs):
    """A7, A14: tokens of before are refused."""
    before = tokens.open_session(alice)
    pending, _secret = (
        Challenge.objects.create(
            purpose="email_change",
            user=alice,
            address="thief@example.com",
            attempts_left=1,
            expires_at=timezone.now() + timezone.timedelta(days=1),
        ),
        None,
    )
    reset(api, token)
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {before['token']}"}
    assert api.get("/api/auth/profile", **bearer).status_code == 401
    refresh = {"refresh": before["refresh"]}
    assert api.post("/api/auth/refresh", refresh).status_code == 401
    run_jobs()
    assert "reset" in mail.outbox[0].subject
    assert SecurityEvent.objects.filter(user=alice).first().type == "password_reset"
    pending.refresh_from_db()
    assert pending.expires_at <= timezone.now()


def test_a_reset_confirms_the_address(api, alice, token):
    type(alice).objects.update(email_confirmed=False)
    reset(api, token)
    alice.refresh_from_db()
    assert alice.email_confirmed


def test_a_link_is_good_for_an_hour(api, alice, token):
    """A8: not longer."""
    row = Challenge.objects.get(user=alice)
    assert (row.expires_at - row.created_at).total_seconds() == 3600
    Challenge.objects.update(expires_at=timezone.now())
    assert reset(api, token).json()["code"] == "link_expired"


@pytest.mark.parametrize("change", ["suspended", "another address", "new link"])
def test_a_link_ends_with_what_it_was_for(api, alice, token, run_jobs, change):
    """A8: a suspension, a new address or a newer link."""
    if change == "suspended":
        suspend(type(alice).objects)
    elif change == "another address":
        type(alice).objects.update(email="other@example.com")
    else:
        challenges.create("password_reset", secret="x", user=alice, address=alice.email)
    assert reset(api, token).json()["code"] == "link_expired"


@pytest.mark.parametrize("damaged", ["", "x", "é" * 60, "\ud7ff" * 65, "a" * 65])
def test_a_damaged_token_is_refused(api, damaged):
    """A8: 400, whatever it contains."""
    assert reset(api, damaged).status_code == 400


def test_a_weak_password_leaves_the_link_good(api, alice, token):
    """A15: the rules are those of a registration."""
    assert list(reset(api, token, "short").json()["fields"]) == ["password"]
    assert list(reset(api, token, alice.email).json()["fields"]) == ["password"]
    assert reset(api, token).status_code == 200


def test_one_email_a_minute_and_five_a_day(api, alice, run_jobs):
    """A8: counted in the database, so that a cache that is away opens nothing."""
    for _request in range(8):
        forget(api, alice.email)
        run_jobs()
    assert len(mail.outbox) == 1
    for _request in range(8):
        events = SecurityEvent.objects.filter(user=alice)
        events.update(created_at=timezone.now() - timezone.timedelta(minutes=2))
        forget(api, alice.email)
        run_jobs()
    assert len(mail.outbox) == 5


def test_a_network_is_limited(api, settings):
    """A8: nobody fills strangers' mailboxes."""
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"recovery": (3, 3600)}
    codes = [forget(api, f"p{n}@example.com").status_code for n in range(5)]
    assert codes == [202] * 3 + [429] * 2


def test_the_token_is_in_no_row(api, alice, token):
    """A15: neither in the challenge nor in the job of the e-mail."""
    rows = [*Challenge.objects.values(), *Job.objects.values()]
    assert token not in str(rows)
    assert token[22:] not in str(rows)


def test_the_page_asks_and_sets_the_password(alice, token, api):
    """A8: without JavaScript; opening it changes nothing."""
    browser, url = Client(), f"/api/reset-password/{token}"
    page = browser.get(url)
    assert "<script" not in page.text
    assert 'autocomplete="new-password"' in page.text
    assert "form-action 'self'" in page["Content-Security-Policy"]
    assert page["Cache-Control"].startswith("max-age=0")
    wrong = browser.post(url, {"password": NEW, "again": "x"})
    assert "The two passwords differ." in wrong.text
    assert "too short" in browser.post(url, {"password": "x", "again": "x"}).text
    assert "is changed" in browser.post(url, {"password": NEW, "again": NEW}).text
    assert sign_in(api, alice, NEW) == 200
    assert browser.get(url, HTTP_ACCEPT="text/html").status_code == 404


@pytest.mark.parametrize("language", ["lv", "ru", "en"])
def test_email_and_page_are_in_the_language_of_the_person(
    api, alice, run_jobs, language
):
    type(alice).objects.update(language=language)
    forget(api, alice.email)
    run_jobs()
    [sent] = mail.outbox
    page = Client().get(f"/api/reset-password/{token_in(sent)}")
    heading = {
        "lv": "Izvēlieties jaunu paroli",
        "ru": "Выберите новый пароль",
        "en": "Choose a new password",
    }[language]
    assert heading in page.text
    assert heading in sent.subject


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_what_a_stranger_added_to_an_unconfirmed_address_is_removed(
    api, alice, token, is_confirmed
):
    """A7: who registered somebody's address has no way back into the account."""
    alice.email_confirmed = is_confirmed
    alice.save()
    Passkey.objects.create(user=alice, credential_id="x", public_key="x")
    alice.social_accounts.create(provider="google", subject="x")
    assert reset(api, token).status_code == 200
    left = (alice.passkeys.exists(), alice.social_accounts.exists())
    assert left == (is_confirmed, is_confirmed)
