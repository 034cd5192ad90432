"""What every way of signing in ends with: a session, its record, a notice."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts import device_tokens, security_emails, security_log, tokens
from accounts.devices import Device
from accounts.models import Session, User
from jobs.services import enqueue

Type = security_log.Type


@transaction.atomic
def open_session(
    user: User,
    device: Device,
    *,
    method: str = Session.Method.PASSWORD,
    is_registration: bool = False,
) -> dict[str, str]:
    """Open a session and record it; return its tokens, with a `device_token`.

    The person is notified by e-mail of a device on which the account has no session
    yet. `method` is how they have just proved who they are.
    """
    is_new = not is_registration and _is_new(user, device)
    pair = tokens.open_session(user, device, method=method)
    event = Type.REGISTERED if is_registration else Type.SIGNED_IN
    security_log.record(user, event, device, method=str(method))
    if is_new:
        _send_notice(user, device)
    return pair | {"device_token": device_tokens.issue(user)}


def _is_new(user: User, device: Device) -> bool:
    """Whether the account has sessions, and none of them on this device."""
    on_this = Count("pk", filter=Q(device=device.fingerprint))
    found = user.sessions.aggregate(on_this=on_this, on_all=Count("pk"))
    return not found["on_this"] and found["on_all"] > 0


def _send_notice(user: User, device: Device) -> None:
    # With a key: of two first sign-ins from one device at once neither sees the other,
    # and one e-mail is sent.
    key = f"{device.fingerprint}:{timezone.now():%Y-%m-%d}"
    security_emails.send(user, Type.SIGNED_IN, device, key=key)


@transaction.atomic
def remember_device(user: User, device: Device) -> None:
    """Store that `user` has signed in to the admin from `device`, and record it.

    The admin has sessions of its own. A closed session of the API makes the device
    known, so that attackers elsewhere cannot lock staff out.
    """
    is_new = _is_new(user, device)
    Session.objects.create(
        user=user,
        device=device.fingerprint,
        network=device.network,
        client=device.client,
        ended_at=timezone.now(),
        end_reason="signed in to the admin",
    )
    security_log.record(user, Type.SIGNED_IN, device, where="admin")
    if is_new:
        _send_notice(user, device)


def note_failure(user: User | None, device: Device) -> None:
    """Queue the record of a wrong password; the same work for an unknown address.

    Storing the event of an account here, and nothing for an unknown address, would
    take a different time (A1).
    """
    enqueue(
        "accounts.record_failed_sign_in",
        user_id=user.pk if user else None,
        network=device.network,
        client=device.client,
        at=timezone.now().isoformat(),
    )


def record_failure(
    user_id: int | None, *, network: str, client: str, at: datetime
) -> None:
    """Store what `note_failure` has queued; nothing for an account that is gone."""
    user = User.objects.filter(pk=user_id).first() if user_id else None
    if user is not None:
        security_log.store(
            user,
            Type.SIGN_IN_FAILED,
            network=network,
            client=client,
            at=at,
        )
