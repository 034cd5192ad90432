"""The authenticator app of a person: set up, enabled, disabled, reset."""

from typing import Any, NamedTuple

import segno
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import attempts, challenges, reauthentication, security_emails, tokens
from accounts.admin_sessions import end_admin_sessions
from accounts.devices import Device
from accounts.models import Challenge, SecurityEvent, Session, TotpDevice, User
from accounts.second_factor import checking, recovery, totp
from core import encryption
from core.db.locks import locked
from core.exceptions import WrongStatus

Type = SecurityEvent.Type


class Setup(NamedTuple):
    """What an authenticator app needs; it is shown once."""

    secret: str  # base32
    otpauth_url: str
    svg: str  # the URL as a QR code


def qr_data_uri(url: str) -> str:
    """Return the URL as a QR code for the `src` of an image."""
    return segno.make_qr(url, error="m").svg_data_uri(scale=5, light="#fff", border=4)


def status(user: User) -> dict[str, Any]:
    """Return `enabled`, `created_at`, `recovery_codes_left` and `methods`."""
    device = checking.enabled_device(user)
    return {
        "enabled": device is not None,
        "created_at": device.confirmed_at if device else None,
        "recovery_codes_left": recovery.count_left(user) if device else 0,
        "methods": checking.methods_of(user) if device else [],
    }


@transaction.atomic
def set_up(user: User) -> Setup:
    """Store a new seed, which counts once it is confirmed by a code.

    It replaces one that was not. Raises `WrongStatus` (409) if the second factor is
    enabled.
    """
    user = locked(User.objects).get(pk=user.pk)  # two at once: the second replaces it
    if checking.enabled_device(user):
        raise _is_enabled()
    seed = totp.new_seed()
    fields = {"seed": encryption.encrypt(seed), "created_at": timezone.now()}
    TotpDevice.objects.update_or_create(user=user, defaults=fields)
    url = totp.provisioning_url(user, seed)
    return Setup(seed, url, qr_code(url))


def pending_setup(user: User) -> Setup | None:
    """Return what was set up and is not confirmed yet; None if there is nothing."""
    device = TotpDevice.objects.filter(user=user, confirmed_at=None).first()
    if device is None:
        return None
    seed = encryption.decrypt(device.seed)
    url = totp.provisioning_url(user, seed)
    return Setup(seed, url, qr_code(url))


def qr_code(url: str) -> str:
    """Return the URL as a QR code, an SVG element."""
    return segno.make_qr(url, error="m").svg_inline(scale=4, light="#fff", border=4)


def enable(
    user: User, code: str, device: Device, session: Session | None = None
) -> list[str]:
    """Enable the second factor by a code of the new app; return ten recovery codes.

    `session` counts as confirmed by the code; others have to be confirmed again. Raises
    `CodeWrong` (400), `WrongStatus` (409) if there is nothing to confirm, and
    `Throttled` (429) after too many wrong codes.
    """
    found = TotpDevice.objects.filter(user=user).first()
    if found is None:
        sentence = _("Set up an authenticator app first.")
        raise WrongStatus(sentence, code="second_factor_missing")
    if found.confirmed_at:
        raise _is_enabled()
    with attempts.limited(attempts.code_limits(user.pk, device)):
        step = checking.step_of(found, "".join(code.split()))
        if step is None:
            raise challenges.CodeWrong(_("The code is wrong."), field="code")
    return _enable(user, found, step, device, session)


@transaction.atomic
def _enable(
    user: User, found: TotpDevice, step: int, device: Device, session: Session | None
) -> list[str]:
    # Locked: `set_up` in another tab would replace the seed that is enabled here.
    locked(User.objects).only("pk").get(pk=user.pk)
    # Compare-and-set: the code was of this seed, which another tab may have replaced,
    # and of two requests one makes the recovery codes.
    rows = TotpDevice.objects.filter(pk=found.pk, seed=found.seed, confirmed_at=None)
    if not rows.update(confirmed_at=timezone.now(), last_step=step):
        raise _is_enabled()
    user.sessions.filter(ended_at=None).update(confirmed_at=None)
    if session is not None:
        reauthentication.confirm(session, Session.Method.CODE)
    codes = recovery.replace(user)
    security_emails.record_and_send(user, Type.SECOND_FACTOR_ENABLED, device)
    return codes


@transaction.atomic
def replace_recovery_codes(user: User, device: Device) -> list[str]:
    """Return ten new recovery codes; the old ones are void.

    Raises `WrongStatus` (409) if the second factor is not enabled.
    """
    user = locked(User.objects).get(pk=user.pk)  # two at once would leave twenty
    require_enabled(user)
    codes = recovery.replace(user)
    security_emails.record_and_send(user, Type.RECOVERY_CODES_CREATED, device)
    return codes


def require_enabled(user: User) -> None:
    """Raise `WrongStatus` (409) if the second factor is not enabled."""
    if checking.enabled_device(user) is None:
        raise _is_disabled()


@transaction.atomic
def disable(user: User, device: Device, session: Session) -> None:
    """Remove app and recovery codes, and end the other sessions.

    Raises `WrongStatus` (409) if the second factor is not enabled.
    """
    if not _remove(user, TotpDevice.objects.exclude(confirmed_at=None)):
        raise _is_disabled()
    others = user.sessions.exclude(pk=session.pk)
    tokens.end_sessions(others, of=user.pk, reason="second factor disabled")
    security_emails.record_and_send(user, Type.SECOND_FACTOR_DISABLED, device)


@transaction.atomic
def reset(user: User) -> None:
    """Remove app and recovery codes of a person who lost them; end all sessions.

    For operators, who know by other means who asks. Raises `WrongStatus` (409) if there
    is nothing to remove.
    """
    if not _remove(user, TotpDevice.objects.all()):
        raise _is_disabled()
    tokens.end_sessions(user.sessions.all(), of=user.pk, reason="second factor reset")
    security_emails.record_and_send(user, Type.SECOND_FACTOR_RESET)


def _remove(user: User, devices: QuerySet[TotpDevice]) -> bool:
    """Remove the one of `devices` that is of the user; False if there is none."""
    # Of two requests at once one deletes the row, and the other finds none.
    if not devices.filter(user=user).delete()[0]:
        return False
    user.recovery_codes.all().delete()
    challenges.close_all(user, Challenge.Purpose.SECOND_FACTOR)
    end_admin_sessions(user)
    return True


def _is_enabled() -> WrongStatus:
    sentence = _("Two-step sign-in is turned on already.")
    return WrongStatus(sentence, code="second_factor_enabled")


def _is_disabled() -> WrongStatus:
    sentence = _("Two-step sign-in is not turned on.")
    return WrongStatus(sentence, code="second_factor_missing")
