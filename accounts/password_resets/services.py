"""Asks for a link by e-mail, and sets a new password by it.

The request does the same work for every address. What it leads to is done by a job:
how long the answer takes tells nothing.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import (
    challenges,
    links,
    security_emails,
    security_log,
    sign_in_methods,
    tokens,
)
from accounts.devices import Device
from accounts.models import Challenge, SecurityEvent, User
from accounts.passwords import hash_password
from accounts.services import check_password
from core.db.locks import locked
from core.email_addresses import normalize_email
from jobs.services import enqueue

PURPOSE = Challenge.Purpose.PASSWORD_RESET
LIFETIME = timedelta(minutes=60)
REQUESTED = SecurityEvent.Type.PASSWORD_RESET_REQUESTED
# Of one account, counted in the database: a cache that is away forgets nothing.
LIMITS = ((1, timedelta(minutes=1)), (5, timedelta(days=1)))  # (e-mails, time)


def request(email: str, *, device: Device) -> None:
    """Queue the e-mail for the account with this address, if there is one."""
    user = User.objects.filter(email=normalize_email(email), is_active=True).first()
    # Of an unknown address too, without a user: one INSERT either way (A8).
    enqueue(
        "accounts.send_password_reset",
        user_id=user.pk if user else None,
        network=device.network,
        client=device.client,
    )


@transaction.atomic
def send(user_id: int | None, *, network: str, client: str) -> None:
    """Send the link to the address of the account; nothing past the `LIMITS`."""
    if user_id is None:
        return
    user = locked(User.objects).filter(pk=user_id, is_active=True).first()
    if user is None or not user.email or _is_past_limits(user):
        return
    security_log.store(user, REQUESTED, network=network, client=client)
    challenge, token = links.create(
        PURPOSE, user=user, address=user.email, lifetime=LIFETIME, network=network
    )
    links.send(
        f"password-reset:{challenge.key}",
        to=user.email,
        language=user.language,
        subject=_("Choose a new password"),
        template="password_reset",
        url=links.url_of("reset-password", token),
    )


def _is_past_limits(user: User) -> bool:
    events = SecurityEvent.objects.filter(user=user, type=REQUESTED)
    now = timezone.now()
    return any(
        events.filter(created_at__gt=now - time).count() >= most
        for most, time in LIMITS
    )


def find(token: str) -> Challenge:
    """Return the open challenge of a link with its user. Raises `LinkExpired` (400)."""
    challenge = links.find(token, PURPOSE)
    if challenge.user is None or challenge.user.email != challenge.address:
        raise links.LinkExpired
    return challenge


def reset(token: str, password: str, *, device: Device) -> User:
    """Set a new password by the token of a link, once; return the user.

    All sessions end, and the address counts as confirmed. If it did not before,
    passkeys, other services and the phone are removed. A second factor stays. Raises
    `LinkExpired` (400), and `serializers.ValidationError` (400) for a weak password:
    the link is then still good.
    """
    challenge = find(token)
    user = challenge.user
    assert user is not None
    check_password(password, user)
    # Hashed before the transaction, as it takes a while.
    hashed = hash_password(password)
    return _set(challenge, hashed, device)


@transaction.atomic
def _set(challenge: Challenge, hashed: str, device: Device) -> User:
    user = locked(User.objects, of=("self",)).get(challenges=challenge)
    links.use(challenge)
    if not user.is_active or user.email != challenge.address:
        raise links.LinkExpired
    if not user.email_confirmed:
        # A stranger may have registered the address, and added ways to come back.
        sign_in_methods.remove(user, since=user.created_at)
    user.password, user.email_confirmed = hashed, True
    user.save(update_fields=["password", "email_confirmed", "updated_at"])
    tokens.end_sessions(user.sessions.all(), of=user.pk, reason="password reset")
    challenges.close_pending(user)
    event = SecurityEvent.Type.PASSWORD_RESET
    security_emails.record_and_send(user, event, device)
    return user
