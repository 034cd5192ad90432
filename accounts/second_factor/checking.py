"""Codes at sign-in and at confirmations: asked for, limited, and accepted once.

A code is of the authenticator app, or one of the recovery codes.
"""

import logging
import re
import unicodedata
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import attempts, challenges, erasure, security_emails, security_log
from accounts.devices import Device
from accounts.models import Challenge, SecurityEvent, Session, TotpDevice, User
from accounts.second_factor import recovery, totp
from core import encryption
from core.exceptions import NotAllowed

TOTP_CODE = re.compile(r"[0-9]{6}")
WORTH_AN_EMAIL = 3  # failures in an hour: one may be a slip
Type = SecurityEvent.Type
log = logging.getLogger("marketplace.security")


class SecondFactorRequired(NotAllowed):
    """The password was right, and the account has a second factor (403).

    `challenge` is for `POST /api/auth/2fa/verify`; `methods` says what it takes.
    """

    code = "second_factor_required"


def enabled_device(user: User) -> TotpDevice | None:
    """Return the authenticator app of the user, if it was confirmed by a code."""
    device = getattr(user, "totp", None)  # no row of the relation is an AttributeError
    return device if device is not None and device.confirmed_at else None


def methods_of(user: User) -> list[str]:
    """Return what completes a sign-in: `code`, `recovery_code` and `passkey`."""
    methods = ["code"]
    if recovery.count_left(user):
        methods.append("recovery_code")
    if user.passkeys.exists():
        methods.append("passkey")
    return methods


def require(user: User, code: str, device: Device) -> str:
    """Return the `Session.Method` of a sign-in whose first part was right.

    Without a second factor that is the password, and no query is made if the user was
    loaded with `totp`. Otherwise `code` has to be right. Without one, raises
    `SecondFactorRequired` (403); else what `check` raises.
    """
    if enabled_device(user) is None:
        return Session.Method.PASSWORD
    if not code:
        sentence = _("Please enter the code of your authenticator app.")
        extra = {"challenge": _ask(user, device).key, "methods": methods_of(user)}
        raise SecondFactorRequired(sentence, extra=extra)
    check(user, code, device)
    return Session.Method.CODE


def _ask(user: User, device: Device) -> Challenge:
    # It replaces no other: who knows the password could end the sign-in of the owner.
    return challenges.create(
        Challenge.Purpose.SECOND_FACTOR,
        secret="",
        user=user,
        network=device.network,
        data={"password": user.get_session_auth_hash()[:16]},
        replaces=False,
    )


def check(user: User, code: str, device: Device) -> None:
    """Accept a code of the user, once.

    Call it outside of a transaction: a rollback would make a used code work again.
    Raises `CodeWrong` (400), and `Throttled` (429) after too many wrong ones.
    """
    with attempts.limited(attempts.code_limits(user.pk, device)):
        if not accept(user, code, device):
            note_failure(user, device)
            raise challenges.CodeWrong(_("The code is wrong."), field="code")


def verify(key: str, code: str, device: Device) -> User:
    """Return the user whose sign-in this code completes.

    Raises `CodeExpired` and `CodeWrong` (400), `CodeBurned` and `Throttled` (429), and
    `NotAllowed` (403) for a suspended account.
    """
    purpose = Challenge.Purpose.SECOND_FACTOR
    challenge = challenges.find_for_sign_in(key, purpose=purpose)
    user = challenge.user
    assert user is not None  # `_ask` sets it
    if not user.is_active:
        raise erasure.refusal(user)
    if challenge.data["password"] != user.get_session_auth_hash()[:16]:
        raise challenges.expired()  # it was given for another password
    with attempts.limited(attempts.code_limits(user.pk, device)):
        # Before the comparison: of a hundred guesses at once five are compared.
        challenges.spend(challenge)
        if not accept(user, code, device):
            note_failure(user, device)
            raise challenges.wrong(challenge)
    challenges.use(challenge)
    return user


@transaction.atomic
def accept(user: User, code: str, device: Device | None = None) -> bool:
    """Return whether the code is right and was not used before; it is used from now on.

    For callers that limit the attempts.
    """
    code = "".join(unicodedata.normalize("NFKC", code).split())
    if TOTP_CODE.fullmatch(code):
        return _accept_totp(user, code)
    if not recovery.use(user, recovery.normalize(code)):
        return False
    left = recovery.count_left(user)
    security_emails.record_and_send(user, Type.RECOVERY_CODE_USED, device, left=left)
    return True


def _accept_totp(user: User, code: str) -> bool:
    found = enabled_device(user)
    step = step_of(found, code) if found else None
    if found is None or step is None:
        return False
    # Compare-and-set: of many requests with one code at once one changes the row, and
    # no code of this step or of an earlier one is accepted again.
    rows = TotpDevice.objects.filter(pk=found.pk, confirmed_at__isnull=False)
    return rows.filter(last_step__lt=step).update(last_step=step) == 1


def step_of(device: TotpDevice, code: str) -> int | None:
    """Return the time step of which this is the code of the app, or None."""
    try:
        seed = encryption.decrypt(device.seed)
    except encryption.Undecryptable:
        # Recovery codes still work. `manage.py doctor` names the remedy.
        log.error("No key opens the authenticator app of user %s", device.user_id)
        return None
    return totp.find_step(seed, code, timezone.now())


def note_failure(user: User, device: Device) -> None:
    """Record a wrong code; from the third in an hour on, tell the person once a day.

    Somebody knows the password then.
    """
    now = timezone.now()
    security_log.record(user, Type.SECOND_FACTOR_FAILED, device)
    failures = user.security_events.filter(
        type=Type.SECOND_FACTOR_FAILED, created_at__gt=now - timedelta(hours=1)
    )
    if failures.count() >= WORTH_AN_EMAIL:
        event, day = Type.SECOND_FACTOR_FAILED, f"{now:%Y-%m-%d}"
        security_emails.send(user, event, device, key=day)
