"""Another e-mail address: one confirms, the other is notified and may restore it."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import security_log, tokens
from accounts.models import Passkey, Session, User
from accounts.tests.factories import PASSWORD, UserFactory

CHANGE, CONFIRM = "/api/auth/email/change", "/api/auth/email/confirm"
NEW = "new@example.com"
pytestmark = pytest.mark.django_db


def path_in(email) -> str:
    return re.search(r"https?://[^/]+(/api/\S+)", email.body)[1]


def sent_to(address):
    return [email for email in mail.outbox if email.to == [address]]


def change(client, email=NEW):
    return client.post(CHANGE, {"email": email})


@pytest.fixture
def changed(api, alice, run_jobs):
    """Alice's address is a new one by now; returns the way back."""
    change(api.as_(alice))
    run_jobs()
    api.post(CONFIRM, {"token": path_in(sent_to(NEW)[0]).rpartition("/")[2]})
    run_jobs()
    return path_in(sent_to("alice@example.com")[-1])


def test_a_change_needs_a_recent_confirmation(api, alice):
    """A14: a stolen token does not change the address."""
    client = api.as_(alice)
    Session.objects.update(confirmed_at=timezone.now() - timezone.timedelta(hours=1))
    answer = change(client)
    assert (answer.status_code, answer.json()["code"]) == (403, "confirmation_required")


def test_the_new_address_gets_a_link_and_the_old_one_is_told(api, alice, run_jobs):
    """A14: the old one at once, with nothing to click that acts."""
    assert change(api.as_(alice)).status_code == 202
    run_jobs()
    [notified], [asked] = sent_to("alice@example.com"), sent_to(NEW)
    assert "/api/" not in notified.body
    assert path_in(asked).startswith("/api/change-email/")
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


def test_opening_the_link_asks_and_the_button_changes(api, alice, run_jobs):
    """A14: mail scanners open all links."""
    change(api.as_(alice))
    run_jobs()
    url = path_in(sent_to(NEW)[0])
    assert "Confirm this e-mail address?" in Client().get(url).text
    assert User.objects.get(pk=alice.pk).email == "alice@example.com"
    assert "is confirmed" in Client().post(url).text
    alice.refresh_from_db()
    assert (alice.email, alice.email_confirmed) == (NEW, True)
    assert Client().post(url).status_code == 404


def test_a_taken_address_is_answered_alike_and_its_owner_told(
    api, alice, bob, run_jobs
):
    """A1: nobody learns who has an account."""
    free, taken = change(api.as_(alice)), change(api.as_(alice), bob.email)
    assert (free.status_code, free.json()) == (taken.status_code, taken.json())
    run_jobs()
    [notified] = sent_to(bob.email)
    assert "/api/" not in notified.body
    assert "belongs to your account already" in notified.body


def test_the_way_back_restores_the_address_and_ends_everything(
    api, alice, changed, run_jobs
):
    """A14: whoever changed it is out, and the owner chooses a password."""
    thief = tokens.open_session(User.objects.get(pk=alice.pk))
    assert "Restore this e-mail address?" in Client().get(changed).text
    answer = Client().post(changed)
    assert answer["Location"].startswith("/api/reset-password/")
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {thief['token']}"}
    assert api.get("/api/auth/profile", **bearer).status_code == 401
    given = {"email": alice.email, "password": PASSWORD}
    assert api.post("/api/auth/login", given).status_code == 401
    chosen = {"password": "river-stone-lamp-43", "again": "river-stone-lamp-43"}
    assert "is changed" in Client().post(answer["Location"], chosen).text
    given["password"] = chosen["password"]
    assert api.post("/api/auth/login", given).status_code == 200
    assert Client().post(changed).status_code == 404


def test_a_second_change_does_not_close_the_way_back(api, alice, changed, run_jobs):
    """A14: nor does a reset of the password by the thief."""
    thief = User.objects.get(pk=alice.pk)
    change(api.as_(thief), "third@example.com")
    run_jobs()
    token = path_in(sent_to("third@example.com")[0]).rpartition("/")[2]
    api.post(CONFIRM, {"token": token})
    api.post("/api/auth/password/forgot", {"email": "third@example.com"})
    run_jobs()
    reset = path_in(sent_to("third@example.com")[-1])
    Client().post(reset, {"password": "thiefs-own-1", "again": "thiefs-own-1"})
    assert Client().post(changed).status_code == 302
    assert User.objects.get(pk=alice.pk).email == "alice@example.com"


def test_a_thiefs_way_back_does_not_close_the_owners(api, alice, changed, run_jobs):
    """A14: that to the address in between, which is the thief's."""
    change(api.as_(User.objects.get(pk=alice.pk)), "third@example.com")
    run_jobs()
    token = path_in(sent_to("third@example.com")[0]).rpartition("/")[2]
    api.post(CONFIRM, {"token": token})
    run_jobs()
    assert Client().post(path_in(sent_to(NEW)[-1])).status_code == 302
    assert Client().post(changed).status_code == 302
    assert User.objects.get(pk=alice.pk).email == "alice@example.com"


def test_the_way_back_removes_what_a_thief_signs_in_with(alice, changed):
    """A14: what was added since the day before the change; older things stay."""
    user = User.objects.get(pk=alice.pk)
    long_ago = timezone.now() - timezone.timedelta(days=30)
    for name, at in (("old", long_ago), ("new", timezone.now())):
        Passkey.objects.create(
            user=user, credential_id=name, public_key="x", created_at=at
        )
    user.social_accounts.create(provider="google", subject="thief")
    security_log.record(user, "phone_verified")
    user.phone, user.phone_verified = "+37120000001", True
    user.save()
    assert Client().post(changed).status_code == 302
    user.refresh_from_db()
    assert [one.credential_id for one in user.passkeys.all()] == ["old"]
    assert (user.social_accounts.count(), user.phone_verified) == (0, False)


def test_a_code_at_the_former_address_proves_nothing(api, alice, run_jobs):
    """A14: nor does one that was sent before the change."""
    alice.set_unusable_password()
    alice.save()
    client = api.as_(alice)
    sent = client.post("/api/auth/confirm-identity/email").data["challenge"]
    change(client)
    run_jobs()
    api.post(CONFIRM, {"token": path_in(sent_to(NEW)[0]).rpartition("/")[2]})
    code = next(re.findall(r"\b\d{6}\b", one.body) for one in mail.outbox)[0]
    answer = client.post(
        "/api/auth/confirm-identity", {"challenge": sent, "code": code}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "code_expired")


def test_the_former_address_is_reserved_for_the_way_back(api, changed):
    """A13: nobody registers it in the meantime."""
    person = {"username": "p", "email": "alice@example.com", "password": PASSWORD}
    answer = api.post("/api/auth/register", person | {"username": "person"})
    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")


def test_an_address_taken_meanwhile_answers_409(api, alice, run_jobs):
    """A13: the constraint decides, without a 500."""
    change(api.as_(alice))
    run_jobs()
    UserFactory(email=NEW)
    token = path_in(sent_to(NEW)[0]).rpartition("/")[2]
    answer = api.post(CONFIRM, {"token": token})
    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")


def test_a_person_without_an_address_can_set_one(api, run_jobs):
    user = UserFactory(email=None)
    assert change(api.as_(user)).status_code == 202
    run_jobs()
    token = path_in(sent_to(NEW)[0]).rpartition("/")[2]
    assert api.post(CONFIRM, {"token": token}).status_code == 200
    assert User.objects.get(pk=user.pk).email == NEW


def test_changes_are_limited(api, alice, bob, run_jobs):
    """A14: five requests a day, and three e-mails to one address."""
    codes = [change(api.as_(alice)).status_code for _n in range(6)]
    assert codes == [202] * 5 + [429]
    run_jobs()
    assert len(sent_to(NEW)) == 3


@pytest.mark.parametrize("email", ["alice@example.com", " ALICE@Example.com", "x", ""])
def test_the_present_address_and_no_address_are_refused(api, alice, email):
    assert change(api.as_(alice), email).status_code == 400


def test_the_present_address_is_confirmed_by_its_token(api, run_jobs):
    user = UserFactory(email_confirmed=False)
    assert api.as_(user).post("/api/auth/email/verify").status_code == 200
    run_jobs()
    token = path_in(mail.outbox[0]).rpartition("/")[2]
    assert api.post(CONFIRM, {"token": token}).status_code == 200
    assert User.objects.get(pk=user.pk).email_confirmed
    assert user.security_events.get().type == "email_confirmed"


@pytest.mark.parametrize("token", ["x", "é" * 99, "a" * 65, "a:b:c"])
def test_a_damaged_token_confirms_nothing(api, token):
    """A8: 400, whatever it contains."""
    answer = api.post(CONFIRM, {"token": token})
    assert (answer.status_code, answer.json()["code"]) == (400, "link_expired")


def test_the_password_change_is_told_by_email(api, alice, run_jobs):
    """A14: to the address of the account."""
    new = {"current_password": PASSWORD, "new_password": "river-stone-lamp-43"}
    api.as_(alice).post("/api/auth/password", new)
    run_jobs()
    assert ["password was changed" in email.subject for email in mail.outbox] == [True]
