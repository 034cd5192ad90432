"""Links, registrations and tokens used at once: one takes effect."""

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts import links
from accounts.devices import Device
from accounts.emails import services as emails
from accounts.models import Challenge, SecurityEvent, SocialAccount, User
from accounts.onboarding import services as onboarding
from accounts.password_resets import services as password_resets
from accounts.registrations import services as registrations
from accounts.social import services as social
from accounts.social.providers import Identity
from accounts.tests.factories import PASSWORD, UserFactory
from tests.test_races import AT_ONCE, at_once

DEVICE = Device("203.0.113.7", "curl")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="needs PostgreSQL",  # SQLite has one writer at a time
    ),
]


def link_for(user, purpose, address):
    lifetime = password_resets.LIFETIME
    return links.create(purpose, user=user, address=address, lifetime=lifetime)


def test_a_reset_link_used_at_once_sets_one_password():
    """A8: the others are refused."""
    alice = UserFactory()
    _row, token = link_for(alice, password_resets.PURPOSE, alice.email)

    def reset(number):
        password_resets.reset(token, f"river-stone-lamp-{number}", device=DEVICE)

    jobs = [lambda n=n: reset(n) for n in range(AT_ONCE)]
    assert at_once(*jobs) == {"done": 1, "link_expired": AT_ONCE - 1}
    assert SecurityEvent.objects.filter(type="password_reset").count() == 1


def test_requests_at_once_send_one_link(run_jobs):
    """A8: the limit is counted under a lock."""
    alice = UserFactory()
    sending = {"network": "", "client": ""}
    at_once(*[lambda: password_resets.send(alice.pk, **sending)] * AT_ONCE)
    run_jobs()
    assert len(mail.outbox) == 1


def test_two_accounts_get_one_address_once():
    """A13: of changes to one address at once, one is made."""
    rows = [
        link_for(UserFactory(), emails.CHANGE, "new@example.com")[0]
        for _n in range(AT_ONCE)
    ]
    jobs = [lambda row=row: emails.change(row, device=DEVICE) for row in rows]
    assert at_once(*jobs) == {"done": 1, "email_taken": AT_ONCE - 1}
    assert User.objects.filter(email="new@example.com").count() == 1


def test_registrations_of_one_address_begin_one_account(settings):
    """A13: however many links its owner opens at once."""
    settings.EMAIL_CONFIRMATION = "before_contact"
    for number in range(AT_ONCE):
        registrations.begin(
            username=f"person{number}",
            email="person@example.com",
            password=PASSWORD,
            device=DEVICE,
            language="en",
        )
    rows = list(Challenge.objects.filter(purpose=registrations.PURPOSE))
    jobs = [lambda r=row: registrations.complete(r, device=DEVICE) for row in rows]
    assert at_once(*jobs) == {"done": 1, "link_expired": AT_ONCE - 1}
    assert User.objects.count() == 1


def test_a_new_person_of_a_service_gets_one_account():
    """A13: also when a client asks several times at once."""
    identity = Identity("google", "g-1", "anna@example.com", "Anna", "O", "", 0)

    def sign_in():
        social.sign_in(identity, device=DEVICE, language="en")

    assert at_once(*[sign_in] * AT_ONCE) == {"done": AT_ONCE}
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 1)


def test_a_registration_is_completed_by_one_request():
    """A13: the others answer 409."""
    alice = UserFactory(username="user4711", username_derived=True)

    def complete(number):
        onboarding.complete(alice, changes={"username": f"alice{number}"})

    jobs = [lambda n=n: complete(n) for n in range(AT_ONCE)]
    assert at_once(*jobs) == {"done": 1, "registration_completed": AT_ONCE - 1}


def test_the_way_back_is_taken_once():
    """A14: a second use finds the link used."""
    alice = UserFactory()
    User.objects.filter(pk=alice.pk).update(email="thief@example.com")
    row, _token = link_for(alice, emails.REVERT, "alice@example.com")
    jobs = [lambda: emails.revert(row, device=DEVICE)] * AT_ONCE
    assert at_once(*jobs) == {"done": 1, "link_expired": AT_ONCE - 1}
    row.refresh_from_db()
    assert row.used_at <= timezone.now()
