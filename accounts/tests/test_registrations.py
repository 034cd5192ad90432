"""Registration where addresses have to be confirmed: nothing tells who is here."""

import re

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Challenge, User
from accounts.tests.factories import PASSWORD, UserFactory
from jobs.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def confirmed_addresses(settings):
    settings.EMAIL_CONFIRMATION = "before_contact"


def join(api, **fields):
    person = {"username": "person", "email": "person@example.com", "password": PASSWORD}
    return api.post("/api/auth/register", person | fields)


def sign_in(api):
    given = {"email": "person@example.com", "password": PASSWORD}
    return api.post("/api/auth/login", given)


def path_in(email) -> str:
    return re.search(r"https?://[^/]+(/api/\S+)", email.body)[1]


@pytest.mark.parametrize("is_known", [True, False])
def test_a_known_address_registers_like_an_unknown_one(api, is_known):
    """A1: the answer, the work, and what a second request or a sign-in tell."""
    if is_known:
        UserFactory(email="person@example.com", password="another one")
    with CaptureQueriesContext(connection) as queries:
        answer = join(api)
    assert (answer.status_code, answer.json()["code"]) == (202, "confirmation_sent")
    words = [query["sql"].split()[0] for query in queries]
    assert words.count("INSERT") == 3
    assert len(words) == 8
    assert join(api).status_code == 202
    assert join(api, email="other@example.com").status_code == 202
    assert sign_in(api).status_code == 401


def test_the_owner_of_a_known_address_is_told(api, alice, run_jobs):
    """A1: by e-mail, where only the owner reads it."""
    join(api, email=alice.email.upper())
    run_jobs()
    [email] = mail.outbox
    assert email.to == [alice.email]
    assert "belongs to your account already" in email.body
    assert "/api/" not in email.body


def test_the_link_begins_the_account(api, run_jobs):
    """B3: and the password of the registration opens it from then on."""
    join(api, first_name="Anna", phone="+371 20000000")
    assert not User.objects.exists()
    run_jobs()
    url = path_in(mail.outbox[0])
    assert "Confirm this e-mail address?" in Client().get(url).text
    assert not User.objects.exists()
    assert "is confirmed" in Client().post(url).text
    user = User.objects.get()
    assert (user.first_name, user.email_confirmed) == ("Anna", True)
    assert sign_in(api).status_code == 200
    assert Client().post(url).status_code == 404


def test_a_token_confirms_a_registration_once(api, run_jobs):
    """A13: one account, however often it is used."""
    join(api)
    run_jobs()
    token = {"token": path_in(mail.outbox[0]).rpartition("/")[2]}
    codes = [api.post("/api/auth/email/confirm", token).status_code for _n in "12"]
    assert codes == [200, 400]
    assert User.objects.count() == 1


def test_a_username_taken_meanwhile_is_replaced(api, run_jobs):
    join(api)
    run_jobs()
    UserFactory(username="Person", email="other@example.com")
    Client().post(path_in(mail.outbox[0]))
    user = User.objects.get(email="person@example.com")
    assert user.username.startswith("person")
    assert user.username_derived


def test_an_address_taken_meanwhile_makes_the_link_invalid(api, run_jobs):
    """A13: two accounts do not share an address."""
    join(api)
    run_jobs()
    UserFactory(email="person@example.com")
    assert Client().post(path_in(mail.outbox[0])).status_code == 404


def test_one_address_gets_five_emails_a_day(api, run_jobs):
    """B3: nobody fills a stranger's mailbox."""
    for number in range(8):
        join(api, username=f"person{number}")
    run_jobs()
    assert len(mail.outbox) == 5


def test_neither_password_nor_token_is_in_a_row(api, run_jobs):
    """A15: the queue shows no link."""
    join(api)
    run_jobs()
    rows = [*Challenge.objects.values(), *Job.objects.values()]
    assert path_in(mail.outbox[0])[-43:] not in str(rows)
    assert PASSWORD not in str(rows)


def test_a_taken_username_and_a_weak_password_are_errors(api, bob):
    """A1: whatever the address."""
    for email in (bob.email, "nobody@example.com"):
        assert join(api, email=email, username="BOB").status_code == 409
        assert join(api, email=email, password="short").status_code == 400


def test_a_registration_that_nobody_confirms_is_deleted(api, run_jobs):
    """B3: with the name and the password in it."""
    join(api)
    Challenge.objects.update(expires_at=timezone.now())
    from accounts.jobs import delete_expired_registrations

    assert delete_expired_registrations(timezone.now(), dry_run=False) == 1
