"""Confirmation of identity within a session: by password, code or passkey.

What the body of the request contains chooses the way, by the table `WAYS`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts import attempts, reauthentication, security_log
from accounts.devices import Device
from accounts.models import SecurityEvent, Session, User
from accounts.passkeys import services as passkeys
from accounts.second_factor import checking
from core.exceptions import NotAllowed, ValidationFailed

Method = Session.Method
# Each returns the `Session.Method`, or raises what is wrong.
Way = Callable[[User, dict[str, Any], Device], str]


def confirm(
    session: Session, user: User, given: dict[str, Any], device: Device
) -> tuple[datetime, str]:
    """Confirm the session; return until when and by which `Session.Method`.

    Raises `ValidationFailed` (400) for no way or for parts of several, and what the
    way raises.
    """
    way = WAYS.get(frozenset(given))
    if way is None:
        sentence = _("Send a password, a code, or a challenge with its answer.")
        raise ValidationFailed(sentence)
    method = way(user, given, device)
    until = reauthentication.confirm(session, method)
    event = SecurityEvent.Type.IDENTITY_CONFIRMED
    security_log.record(user, event, device, method=method)
    return until, method


def by_password(user: User, given: dict[str, Any], device: Device) -> str:
    """Check the password, where it is all that the person signs in with.

    Raises `NotAllowed` (403) and `Throttled` (429).
    """
    if checking.enabled_device(user):
        sentence = _("Please enter the code of your authenticator app.")
        extra = {"methods": reauthentication.methods_of(user)}
        raise NotAllowed(sentence, code="second_factor_required", extra=extra)
    # Limited like the change of the password, and together with it.
    with attempts.limited(attempts.password_limits(user.pk)):
        if not user.check_password(given["password"]):
            raise NotAllowed(_("The password is wrong."), code="bad_credentials")
    return Method.PASSWORD


def by_code(user: User, given: dict[str, Any], device: Device) -> str:
    """Check a code of the authenticator app, or a recovery code.

    Raises `CodeWrong` (400) and `Throttled` (429).
    """
    checking.check(user, given["code"], device)
    return Method.CODE


def by_passkey(user: User, given: dict[str, Any], device: Device) -> str:
    """Check the answer of a passkey. Raises `CodeExpired` (400), `NotAllowed` (403)."""
    passkeys.confirm(user, given["challenge"], given["credential"], device)
    return Method.PASSKEY


WAYS: dict[frozenset[str], Way] = {
    frozenset({"password"}): by_password,
    frozenset({"code"}): by_code,
    frozenset({"challenge", "credential"}): by_passkey,
}
