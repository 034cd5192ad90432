"""An upgrade of a hash is no new password: it closes no socket."""

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from rest_framework_simplejwt.tokens import AccessToken

from accounts import tokens
from accounts.hashers import FormerHasher
from accounts.models import User
from accounts.tests.factories import PASSWORD
from realtime import services

pytestmark = pytest.mark.django_db


def test_an_upgrade_closes_no_socket(alice, settings, monkeypatch):
    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 1000)
    hashers = ("GatedHasher", "FormerHasher")
    settings.PASSWORD_HASHERS = [f"accounts.hashers.{name}" for name in hashers]
    alice.password = make_password(PASSWORD, hasher=FormerHasher())
    alice.save(update_fields=["password"])
    access = AccessToken(tokens.open_session(alice)["token"])
    connection = services.identify(str(access))
    assert User.objects.get(pk=alice.pk).check_password(PASSWORD)
    assert services.ended_or_suspended([connection]) == (set(), set())
    alice.set_password("another long one")
    alice.save(update_fields=["password"])
    assert services.ended_or_suspended([connection]) == ({connection}, set())
