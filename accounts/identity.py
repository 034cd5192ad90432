"""Confirmation of identity within a session: by password, code or passkey.

What the body of the request contains chooses the way, by the table `WAYS`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts import (
    attempts,
    challenges,
    email_codes,
    reauthentication,
    security_log,
)
from accounts.devices import Device
from accounts.models import Challenge, SecurityEvent, Session, User
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
    attempts.check_password(user, given["password"])
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


def by_message(user: User, given: dict[str, Any], device: Device) -> str:
    """Check a code that was sent by text message or e-mail.

    Only where the person has nothing stronger. Raises `NotAllowed` (403), and the
    errors of `challenges.check`.
    """
    methods = reauthentication.methods_of(user)
    found = challenges.check(
        given["challenge"], given["code"], purposes=BY_MESSAGE, user=user
    )
    method = BY_MESSAGE[found.purpose]
    if method not in methods:
        raise _another_way(methods)
    challenges.use(found)
    return method


def send_email_code(user: User, device: Device) -> str:
    """Send a code to the address of `user`; return the key of its challenge.

    Raises `NotAllowed` (403) where the person confirms in another way.
    """
    methods = reauthentication.methods_of(user)
    if Method.EMAIL not in methods:
        raise _another_way(methods)
    return email_codes.send(user, Challenge.Purpose.EMAIL_CONFIRM, device)


def _another_way(methods: list[str]) -> NotAllowed:
    sentence = _("Please confirm in another way.")
    return NotAllowed(sentence, extra={"methods": methods})


BY_MESSAGE: dict[str, str] = {
    Challenge.Purpose.PHONE_CONFIRM: Method.PHONE,
    Challenge.Purpose.EMAIL_CONFIRM: Method.EMAIL,
}
WAYS: dict[frozenset[str], Way] = {
    frozenset({"password"}): by_password,
    frozenset({"code"}): by_code,
    frozenset({"challenge", "credential"}): by_passkey,
    frozenset({"challenge", "code"}): by_message,
}
