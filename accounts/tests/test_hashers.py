"""Passwords are hashed by Argon2id; older hashes are upgraded when they are used."""

from types import SimpleNamespace

import pytest
from django.contrib.admin import site
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password

from accounts import former_hashes
from accounts.admin import UserAdmin as ModelAdmin
from accounts.hashers import FormerHasher, GatedHasher
from accounts.models import User
from accounts.passwords import normalize_password
from accounts.tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN, PROFILE = "/api/auth/login", "/api/auth/profile"


@pytest.fixture(autouse=True)
def shipped_hashers(settings, monkeypatch):
    """The hashers of production, with a PBKDF2 that takes less time."""
    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 1000)
    settings.PASSWORD_HASHERS = [
        "accounts.hashers.GatedHasher",
        "accounts.hashers.FormerHasher",
    ]


def store(user, hasher):
    user.password = make_password(normalize_password(PASSWORD), hasher=hasher)
    user.save()


def sign_in(api, user, password=PASSWORD):
    return api.post(LOGIN, {"email": user.email, "password": password})


@pytest.fixture
def hashings(monkeypatch):
    """A list of the hashers that are called, in order."""
    seen = []

    def record(hasher, method):
        original = getattr(hasher, method)

        def recorded(self, *args):
            seen.append(hasher.__name__)
            return original(self, *args)

        monkeypatch.setattr(hasher, method, recorded)

    record(GatedHasher, "encode")
    record(GatedHasher, "verify")
    record(FormerHasher, "encode")
    return seen


def test_a_password_is_hashed_as_owasp_recommends():
    assert make_password(PASSWORD).startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_sign_in_upgrades_a_former_hash(api, alice):
    store(alice, FormerHasher())
    assert sign_in(api, alice).status_code == 200
    alice.refresh_from_db()
    assert alice.password.startswith("argon2$")
    assert sign_in(api, alice).status_code == 200


def test_a_wrong_password_upgrades_nothing(api, alice):
    store(alice, FormerHasher())
    assert sign_in(api, alice, "not the password").status_code == 401
    alice.refresh_from_db()
    assert alice.password.startswith("pbkdf2_sha256$")


def test_an_upgrade_ends_no_session(api, alice):
    """A7: only a new password does."""
    store(alice, FormerHasher())
    elsewhere = api.as_(alice)
    sign_in(api, alice)
    assert elsewhere.get(PROFILE).status_code == 200
    alice.refresh_from_db()
    alice.set_password("another long one")
    alice.save(update_fields=["password"])
    assert elsewhere.get(PROFILE).status_code == 401


def test_an_upgrade_does_not_bring_a_changed_password_back(alice):
    store(alice, FormerHasher())
    late = User.objects.get(pk=alice.pk)
    alice.set_password("another long one")
    alice.save()
    assert late.check_password(PASSWORD)
    alice.refresh_from_db()
    assert alice.check_password("another long one")


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_an_unknown_address_costs_what_an_account_costs(api, alice, hashings, share):
    """A1: also while the accounts have former hashes."""
    store(alice, FormerHasher() if share else GatedHasher())
    former_hashes.former_share.forget()
    User.objects.exclude(pk=alice.pk).delete()
    hashings.clear()
    sign_in(api, alice, "not the password")
    alice.email = "nobody@example.com"
    sign_in(api, alice, "not the password")
    assert len(hashings) == 2
    assert hashings[0] == hashings[1]


def test_of_unknown_addresses_the_same_part_takes_as_long(hashings):
    """A1: as many of them as of the accounts have a former hash."""
    former_hashes.former_share.put(0.5)
    for number in range(40):
        former_hashes.hash_for_nobody(f"{number}@example.com", PASSWORD)
    assert 10 <= hashings.count("FormerHasher") <= 30


def test_two_sign_ins_at_once_go_on_with_the_same_hash(alice):
    """Else the second factor of the later one would be of another password."""
    store(alice, FormerHasher())
    first, later = (User.objects.get(pk=alice.pk) for _sign_in in range(2))
    assert first.check_password(PASSWORD)
    assert later.check_password(PASSWORD)
    assert first.get_session_auth_hash() == later.get_session_auth_hash()


def test_a_form_of_staff_keeps_the_hash_that_was_stored_meanwhile(alice, rf):
    page = ModelAdmin(User, site)
    alice.set_password(PASSWORD)
    alice.save()
    late = User.objects.get(pk=alice.pk)
    alice.set_password("another long one")
    alice.save()
    late.first_name = "Alise"
    form = SimpleNamespace(initial={"email": late.email}, changed_data=[])
    page.save_model(rf.post("/"), late, form, change=True)
    alice.refresh_from_db()
    assert (alice.first_name, alice.check_password("another long one")) == (
        "Alise",
        True,
    )
