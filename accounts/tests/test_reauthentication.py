"""A recent confirmation of the identity, before credentials change."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import reauthentication, tokens
from accounts.authentication import TokenAuthentication
from accounts.models import Passkey, Session, TotpDevice
from accounts.tests import factors
from accounts.tests.factories import PASSWORD

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


@pytest.fixture
def by_factor(api, alice):
    """Alice's client: with a second factor, and a session that is not confirmed."""
    client = api.as_(alice)
    factors.enable(alice)
    Session.objects.update(confirmed_at=None)
    return client


NEW_PASSWORD = {"current_password": PASSWORD, "new_password": "river-stone-lamp-43"}


def test_the_password_alone_changes_no_password_with_a_second_factor(by_factor):
    """A14: the new session would count as confirmed, and may turn the factor off."""
    answer = by_factor.post("/api/auth/password", NEW_PASSWORD)
    assert (answer.status_code, answer.data["code"]) == (403, "confirmation_required")
    assert answer.data["methods"] == ["code"]


def test_the_session_of_a_changed_password_keeps_how_it_was_confirmed(by_factor):
    """A14: by the factor, not by the password."""
    code = {"code": factors.code()}
    assert by_factor.post("/api/auth/confirm-identity", code).status_code == 200
    assert by_factor.post("/api/auth/password", NEW_PASSWORD).status_code == 200
    assert Session.objects.get(ended_at=None).confirmed_with == "code"


def test_the_password_alone_deletes_no_account_with_a_second_factor(by_factor, alice):
    """A14: the factor is asked for."""
    answer = by_factor.delete("/api/auth/profile", {"password": PASSWORD})
    assert (answer.status_code, answer.data["code"]) == (403, "confirmation_required")
    alice.refresh_from_db()
    assert alice.is_active


def test_with_a_second_factor_only_the_factor_confirms(alice, request_of):
    """A14: whatever a session says that was confirmed while it was enabled."""
    request = request_of(alice)
    factors.enable(alice)
    assert Session.objects.get().confirmed_with == "password"
    with pytest.raises(reauthentication.ConfirmationRequired):
        reauthentication.require_recent(request)
