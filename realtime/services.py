"""Let people in by a ticket or a token, and say who is still signed in."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from accounts import tokens
from accounts.models import Session, User
from realtime.models import Ticket

TICKET_SECONDS = 30


@dataclass(frozen=True)
class SignIn:
    """Whom a socket belongs to, by which sign-in, and until when."""

    user_id: int
    session_id: int
    password: str  # as it is stored: another one ends the sign-in
    until: datetime


def issue_ticket(access) -> str:
    """A ticket for one socket; `access` is the verified token that asks for it."""
    ticket = secrets.token_urlsafe(32)
    now = timezone.now()
    Ticket.objects.create(
        digest=_digest(ticket),
        session=tokens.get_session(access),
        expires_at=now + timedelta(seconds=TICKET_SECONDS),
        token_expires_at=_end_of(access),
    )
    return ticket


def redeem(ticket: str, *, at: datetime) -> SignIn | None:
    """Use a ticket up. Of several at once, the one that deletes the row has it."""
    rows = Ticket.objects.filter(digest=_digest(ticket))
    found = rows.select_related("session__user").first()
    if found is None or not rows.delete()[0] or found.expires_at <= at:
        return None
    session = found.session
    if session.ended_at is not None or not session.user.is_active:
        return None
    return _sign_in(session, session.user, found.token_expires_at)


def identify(raw: str) -> SignIn | None:
    """The sign-in of an access token, if it still speaks for somebody."""
    try:
        access = AccessToken(raw)
    except TokenError:
        return None
    user = tokens.get_user(access)
    return user and _sign_in(tokens.get_session(access), user, _end_of(access))


def _sign_in(session: Session, user: User, until: datetime) -> SignIn:
    return SignIn(user.pk, session.pk, user.password, until)


def standing(sessions: Iterable[SignIn]) -> tuple[set[SignIn], set[SignIn]]:
    """Those that have ended, and those of suspended people (one query)."""
    sessions = list(sessions)
    found = Session.objects.filter(pk__in={one.session_id for one in sessions})
    data = {
        pk: (ended_at, is_active, password)
        for pk, ended_at, is_active, password in found.values_list(
            "pk", "ended_at", "user__is_active", "user__password"
        )
    }
    ended, suspended, now = set(), set(), timezone.now()
    for one in sessions:
        ended_at, is_active, password = data.get(one.session_id, (now, True, ""))
        if not is_active:
            suspended.add(one)
        elif ended_at or password != one.password or one.until <= now:
            ended.add(one)
    return ended, suspended


def stale_tickets(*, at: datetime) -> QuerySet:
    return Ticket.objects.filter(expires_at__lte=at)


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()


def _end_of(access) -> datetime:
    return datetime.fromtimestamp(access["exp"], UTC)
