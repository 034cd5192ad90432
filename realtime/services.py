"""Authenticate connections by a ticket or an access token."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from accounts import tokens
from accounts.models import Session, User
from accounts.passwords import fingerprints_of
from realtime.models import Ticket

TICKET_LIFETIME_S = 30


@dataclass(frozen=True)
class SignIn:
    """The user and the session of a connection, and when its token expires."""

    user_id: int
    session_id: int
    fingerprint: str  # of the stored hash; that of another password ends the sign-in
    expires_at: datetime


def issue_ticket(access: AccessToken) -> str:
    """Return a new ticket for one connection.

    `access` is the verified access token of the request.
    """
    ticket = secrets.token_urlsafe(32)
    now = timezone.now()
    Ticket.objects.create(
        digest=_digest(ticket),
        session=tokens.get_session(access),
        expires_at=now + timedelta(seconds=TICKET_LIFETIME_S),
        token_expires_at=_expiry_of(access),
    )
    return ticket


def redeem(ticket: str, *, at: datetime) -> SignIn | None:
    """Return the sign-in of a ticket and delete the ticket.

    Returns None for an unknown, used or expired ticket, a session that has ended and a
    suspended user.
    """
    rows = Ticket.objects.filter(digest=_digest(ticket))
    found = rows.select_related("session__user").first()
    # The DELETE decides: of two connections that redeem a ticket at the same time, only
    # one deletes the row, and the other one gets 0.
    if found is None or not rows.delete()[0] or found.expires_at <= at:
        return None
    session = found.session
    if session.ended_at is not None or not session.user.is_active:
        return None
    return _sign_in(session, session.user, found.token_expires_at)


def identify(raw: str) -> SignIn | None:
    """Return the sign-in of an access token, or None when it is not valid now."""
    try:
        access = AccessToken(raw)  # type: ignore[arg-type]  # takes the encoded token
    except TokenError:
        return None
    user = tokens.get_user(access)
    if user is None:
        return None
    return _sign_in(tokens.get_session(access), user, _expiry_of(access))


def _sign_in(session: Session, user: User, expires_at: datetime) -> SignIn:
    fingerprint = user.password_fingerprints[0]
    return SignIn(user.pk, session.pk, fingerprint, expires_at)


def ended_or_suspended(
    sign_ins: Iterable[SignIn],
) -> tuple[set[SignIn], set[SignIn]]:
    """Return the sign-ins that have ended, and those of suspended users.

    One query, whatever the number of sign-ins.
    """
    sign_ins = list(sign_ins)
    rows = Session.objects.filter(pk__in={sign_in.session_id for sign_in in sign_ins})
    hashes = ("user__password", "user__upgraded_hash")
    found = rows.values_list("pk", "ended_at", "user__is_active", *hashes)
    sessions = {pk: data for pk, *data in found}
    ended: set[SignIn] = set()
    suspended: set[SignIn] = set()
    now = timezone.now()
    for sign_in in sign_ins:
        # A session that is deleted has ended.
        ended_at, is_active, *stored = sessions.get(
            sign_in.session_id, (now, True, "", "")
        )
        if not is_active:
            suspended.add(sign_in)
        elif (
            ended_at
            or sign_in.expires_at <= now
            or sign_in.fingerprint not in fingerprints_of(*stored)
        ):
            ended.add(sign_in)
    return ended, suspended


def expired_tickets(*, at: datetime) -> QuerySet[Any]:
    """Return the tickets that can no longer be redeemed at `at`."""
    return Ticket.objects.filter(expires_at__lte=at)


def _digest(ticket: str) -> str:
    # Only a digest is stored: whoever reads the table cannot open a connection.
    return hashlib.sha256(ticket.encode()).hexdigest()


def _expiry_of(access: AccessToken) -> datetime:
    return datetime.fromtimestamp(access["exp"], UTC)
