"""A recent confirmation of the identity, before credentials change."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import reauthentication, tokens
from accounts.authentication import TokenAuthentication
from accounts.models import Passkey, Session, TotpDevice

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of(rf):
    def make(user):
        request = rf.get("/")
        token = TokenAuthentication().get_validated_token(
            tokens.open_session(user)["token"].encode()
        )
        request.user, request.auth = user, token
        return request

    return make


def test_a_new_session_is_confirmed_by_its_sign_in(alice, request_of):
    """A14: for ten minutes."""
    request = request_of(alice)
    assert reauthentication.require_recent(request).user == alice
    Session.objects.update(confirmed_at=timezone.now() - timedelta(minutes=10))
    with pytest.raises(reauthentication.ConfirmationRequired) as error:
        reauthentication.require_recent(request)
    assert (error.value.status, error.value.extra) == (403, {"methods": ["password"]})
    reauthentication.confirm(Session.objects.get(), "password")
    assert reauthentication.require_recent(request).confirmed_with == "password"


def test_sessions_older_than_the_column_are_unconfirmed(alice, request_of):
    """A14: those that the release before this one has opened."""
    request = request_of(alice)
    Session.objects.update(confirmed_at=None)
    with pytest.raises(reauthentication.ConfirmationRequired):
        reauthentication.require_recent(request)


def test_a_second_factor_replaces_the_password(alice):
    """A14: what is stronger is asked for."""
    TotpDevice.objects.create(user=alice, seed="x")
    assert reauthentication.methods_of(alice) == ["password"]
    TotpDevice.objects.update(confirmed_at=timezone.now())
    assert reauthentication.methods_of(alice) == ["code"]
    Passkey.objects.create(user=alice, credential_id="x", public_key="x")
    assert reauthentication.methods_of(alice) == ["passkey", "code"]


def test_who_has_nothing_else_is_asked_by_phone_or_email(alice):
    alice.set_unusable_password()
    assert reauthentication.methods_of(alice) == ["email"]
    alice.phone_verified = True
    assert reauthentication.methods_of(alice) == ["phone"]


def test_a_phone_alone_does_not_confirm_what_moves_money(alice, request_of):
    """O11: the password or the second factor is needed as well."""
    request = request_of(alice)
    Session.objects.update(confirmed_with="phone")
    assert reauthentication.require_recent(request)
    with pytest.raises(reauthentication.ConfirmationRequired) as error:
        reauthentication.require_recent(request, beyond_phone=True)
    assert error.value.extra == {"methods": ["password"]}
    alice.set_unusable_password()
    alice.phone_verified, alice.email = True, None
    with pytest.raises(reauthentication.ConfirmationRequired) as error:
        reauthentication.require_recent(request, beyond_phone=True)
    assert error.value.extra == {"methods": []}
