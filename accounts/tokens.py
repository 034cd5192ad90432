"""Access and refresh tokens of a session, with refresh token rotation.

A refresh token works once. Its second use means that it was copied, and ends the
session with all its tokens. The exception is a second use from the same device within
`REPEAT_WINDOW`: tabs of a browser that refresh at once get the same, newest pair.
"""

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.token_blacklist.models import (
    BlacklistedToken,
    OutstandingToken,
)
from rest_framework_simplejwt.tokens import RefreshToken, Token
from rest_framework_simplejwt.utils import datetime_from_epoch

from accounts import security_emails
from accounts.devices import Device
from accounts.models import SecurityEvent, Session, User
from core import events
from core.db import shared_queries
from core.exceptions import NotSignedIn

SESSION_CLAIM = "sid"
REPEAT_WINDOW = timedelta(seconds=10)
USE_INTERVAL = timedelta(minutes=1)  # between two writes of `Session.last_used_at`
SESSION_ENDED = "session.ended"  # the event that closes the sockets of the user


class _RotatingRefreshToken(RefreshToken):
    """A refresh token that is not looked up in the blacklist when it is decoded.

    A look-up followed by an insert would let two requests at once use one token.
    `refresh` inserts the blacklist row instead and sees whether it was the first.
    """

    def check_blacklist(self) -> None:
        pass


def issue_pair(
    session: Session, *, parent: str = "", at: datetime | None = None
) -> dict[str, str]:
    """Return new tokens: `token` and `access_token` (the same) and `refresh`.

    With the id of the `parent` refresh token and the time `at` of its first use, the
    same arguments return the same tokens.
    """
    user = session.user
    refresh = _RotatingRefreshToken()
    refresh.current_time = at or timezone.now()
    refresh.set_exp()
    refresh.set_iat()
    refresh[api_settings.USER_ID_CLAIM] = session.user_id  # a number, not a string
    refresh[api_settings.REVOKE_TOKEN_CLAIM] = user.password_fingerprints[0]
    refresh[SESSION_CLAIM] = str(session.key)
    refresh["username"] = user.username
    if parent:
        refresh[api_settings.JTI_CLAIM] = _child_id(parent, "refresh")
    _store(refresh, user)
    access = refresh.access_token
    access.set_iat(at_time=refresh.current_time)
    if parent:
        access[api_settings.JTI_CLAIM] = _child_id(parent, "access")
    encoded = str(access)
    return {"token": encoded, "access_token": encoded, "refresh": str(refresh)}


def _child_id(parent: str, token_type: str) -> str:
    """Return the id of the token that follows on the refresh token `parent`.

    Derived, so that nobody has to store the pair to answer it a second time.
    """
    salt = f"accounts.tokens.{token_type}"
    key = api_settings.SIGNING_KEY
    digest = salted_hmac(salt, parent, secret=key, algorithm="sha256")
    return digest.hexdigest()[:32]


def _store(refresh: RefreshToken, user: User) -> None:
    """Store that the token was issued, without the token itself."""
    OutstandingToken.objects.get_or_create(
        jti=refresh[api_settings.JTI_CLAIM],
        defaults={
            "user": user,
            "token": "",  # whoever can read the table could use it
            "created_at": refresh.current_time,
            "expires_at": datetime_from_epoch(refresh["exp"]),
        },
    )


def open_session(
    user: User, device: Device | None = None, *, method: str = Session.Method.PASSWORD
) -> dict[str, str]:
    """Create a session and return its first pair of tokens.

    `device` is known from then on, as long as the session is stored. `method` is how
    the person has just proved who they are.
    """
    now = timezone.now()
    session = Session.objects.create(
        user=user,
        device=device.fingerprint if device else "",
        network=device.network if device else "",
        client=device.client if device else "",
        method=method,
        last_used_at=now,
        confirmed_at=now,
        confirmed_with=method,
    )
    return issue_pair(session)


def end_sessions(sessions: QuerySet[Session], *, of: int, reason: str) -> int:
    """End the open ones of `sessions`, all of the user with the id `of`.

    Their tokens are refused from the next request on. Returns how many were open.
    """
    ended = sessions.filter(ended_at=None).update(
        ended_at=timezone.now(), end_reason=reason
    )
    events.publish((of,), SESSION_ENDED, {})
    return ended


def get_user(token: Token) -> User | None:
    """Return the active user of a verified token, in one query.

    None if the session has ended, the user is suspended or the password was changed
    after the token was issued.
    """
    key = _session_key(token)
    if key is None:
        return None
    user = shared_queries.first("token", _user_of, key=key)
    # Compared here: as a value of the query, a number that no column holds is an error.
    if user is None or str(user.pk) != str(_user_id(token)):
        return None
    if token.get(api_settings.REVOKE_TOKEN_CLAIM) not in user.password_fingerprints:
        return None
    _note_use(key, user.session_used_at)
    return user


def _user_of(key: Any) -> QuerySet[User]:
    """Return the active user of an open session, with the time of its last use.

    One row or none: the key of a session is unique.
    """
    users = User.objects.filter(
        is_active=True, sessions__key=key, sessions__ended_at=None
    )
    return users.annotate(session_used_at=F("sessions__last_used_at"))


def _note_use(key: UUID, last_used_at: datetime | None) -> None:
    """Store that the session is in use, at most once a minute."""
    now = timezone.now()
    if last_used_at is not None and now - last_used_at < USE_INTERVAL:
        return
    # The condition again: of a page's parallel requests one writes, and the others
    # change no row.
    unnoted = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_INTERVAL)
    Session.objects.filter(unnoted, key=key).update(last_used_at=now)


def get_session(token: Token) -> Session:
    """Return the session of a token for which `get_user` returned a user."""
    return _sessions_of(token).get()


def _user_id(token: Token) -> int | None:
    return token.get(api_settings.USER_ID_CLAIM)


def _session_key(token: Token) -> UUID | None:
    try:
        return UUID(str(token.get(SESSION_CLAIM)))
    except ValueError:
        return None


def _sessions_of(token: Token) -> QuerySet[Session]:
    """The session of a token, open or ended, as a queryset of one row or none."""
    key = _session_key(token)
    return Session.objects.none() if key is None else Session.objects.filter(key=key)


def refresh(raw: str, device: Device | None = None) -> dict[str, str]:
    """Exchange a refresh token for a new pair of tokens.

    Raises `NotSignedIn` (401) for a token that is invalid, expired or used before. The
    latter ends the session, as the token was stolen or copied, unless `device` has used
    it within `REPEAT_WINDOW`: then the same pair is returned again.
    """
    try:
        # SimpleJWT takes the encoded text, and says that it takes a `Token`.
        token = _RotatingRefreshToken(cast(Token, raw))
    except TokenError as error:
        raise _invalid_token() from error
    if (pair := _rotate(token, device.fingerprint if device else "")) is not None:
        return pair
    _end_replayed(token, device)
    raise _invalid_token()


# One transaction: a request that finds the token used also finds when and by whom, and
# the tokens that were issued.
@transaction.atomic
def _rotate(token: RefreshToken, fingerprint: str) -> dict[str, str] | None:
    """Use a refresh token; return its pair, or None for a replay.

    Raises `NotSignedIn` (401) if the session of the token has ended.
    """
    # Compare-and-set: blacklisting and finding out whether the token was used are one
    # INSERT under a unique constraint. Of many requests at once one sees True, and the
    # others wait for it to commit.
    first_use = _blacklist(token)
    used = token[api_settings.JTI_CLAIM]
    session = _sessions_of(token).select_related("user").first()
    if not first_use and (
        session is None or not _has_just_used(session, used, fingerprint)
    ):
        return None
    if session is None or get_user(token) is None:
        raise _invalid_token()
    if first_use:
        session.refreshed_jti, session.refreshed_at = used, timezone.now()
        session.device = fingerprint
        session.save(update_fields=["refreshed_jti", "refreshed_at", "device"])
    # The newest pair of the session, for each tab that comes late.
    return issue_pair(session, parent=session.refreshed_jti, at=session.refreshed_at)


def _has_just_used(session: Session, jti: str, fingerprint: str) -> bool:
    """Whether this device used the refresh token within `REPEAT_WINDOW`."""
    if session.device != fingerprint:
        return False
    # Not that of `session.refreshed_jti`: another tab may have used the next one since.
    return BlacklistedToken.objects.filter(
        token__jti=jti, blacklisted_at__gte=timezone.now() - REPEAT_WINDOW
    ).exists()


@transaction.atomic
def _blacklist(token: RefreshToken) -> bool:
    """Blacklist a refresh token; False if it was blacklisted before."""
    # SimpleJWT returns the pair of `get_or_create`, and says that it returns the row.
    _row, created = cast(tuple[object, bool], token.blacklist())
    return created


@transaction.atomic
def _end_replayed(token: RefreshToken, device: Device | None) -> None:
    """End the session of a copied token, and notify its owner, once."""
    # Of several replays at once one ends the session, and one e-mail is sent.
    if _end_session_of(token, reason="replayed"):
        user = _sessions_of(token).select_related("user").get().user
        event = SecurityEvent.Type.TOKEN_REPLAYED
        security_emails.record_and_send(user, event, device)


def sign_out(access: Token) -> None:
    """End the session of an access token."""
    _end_session_of(access, reason="signed out")


def _end_session_of(token: Token, *, reason: str) -> int:
    user_id = cast(int, _user_id(token))  # all tokens that `issue_pair` signs have it
    return end_sessions(_sessions_of(token), of=user_id, reason=reason)


def _invalid_token() -> NotSignedIn:
    return NotSignedIn(
        _("The refresh token is invalid or was used before."), code="token_not_valid"
    )
