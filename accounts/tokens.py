"""Access and refresh tokens of one sign-in. Each refresh token works once."""

from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import RefreshToken
from rest_framework_simplejwt.utils import get_md5_hash_password

from accounts.models import Session, User
from core import events
from core.exceptions import NotSignedIn

SESSION_CLAIM = "sid"
ENDED = "sign-in.ended"  # to whoever holds something open for the person


class _Refresh(RefreshToken):
    """Verified in all but its use, which `refresh` tells by the row it adds."""

    def check_blacklist(self) -> None:
        pass


def issue(session: Session) -> dict[str, str]:
    """A new pair of tokens for a sign-in, under the names that clients read."""
    refresh = RefreshToken.for_user(session.user)
    refresh[SESSION_CLAIM] = str(session.key)
    refresh[api_settings.USER_ID_CLAIM] = session.user_id  # an integer, not its digits
    refresh["username"] = session.user.username
    access = str(refresh.access_token)
    return {"token": access, "access_token": access, "refresh": str(refresh)}


def open_session(user: User) -> dict[str, str]:
    return issue(Session.objects.create(user=user))


def end_sessions(sessions, *, of: int, because: str) -> int:
    """End sign-ins of the person with the id `of`; their tokens are refused now."""
    ended = sessions.filter(ended_at=None).update(
        ended_at=timezone.now(), ended_because=because
    )
    events.publish((of,), ENDED, {})
    return ended


def holder(token) -> User | None:
    """Whom a verified token speaks for, if that person may still act (one query)."""
    user = (
        get_user_model()
        .objects.filter(
            pk=_user_id(token),
            is_active=True,
            sign_ins__key=_session_key(token),
            sign_ins__ended_at=None,
        )
        .first()
    )
    if user is None:
        return None
    proof = token.get(api_settings.REVOKE_TOKEN_CLAIM)
    return user if proof == get_md5_hash_password(user.password) else None


def session_of(token) -> Session:
    """The sign-in of a token that was found to speak for its holder."""
    return Session.objects.get(key=_session_key(token))


def _user_id(token) -> int | None:
    return token.get(api_settings.USER_ID_CLAIM)


def _session_key(token) -> UUID | None:
    try:
        return UUID(str(token.get(SESSION_CLAIM)))
    except ValueError:
        return None


def refresh(raw: str) -> dict[str, str]:
    """Trade a refresh token for a new pair, once.

    A token that comes a second time was stolen or copied: the whole sign-in ends.
    Among requests at the same moment the unique blacklist row decides for one.
    Raises `NotSignedIn`.
    """
    try:
        token = _Refresh(raw)
    except TokenError as error:
        raise _refused() from error
    first_use = _use_up(token)
    if not first_use:
        replayed = Session.objects.filter(key=_session_key(token))
        end_sessions(replayed, of=_user_id(token), because="replayed")
        raise _refused()
    if holder(token) is None:
        raise _refused()
    return issue(Session.objects.select_related("user").get(key=_session_key(token)))


@transaction.atomic
def _use_up(token: RefreshToken) -> bool:
    """Blacklist a refresh token; tell whether this call was the one that did."""
    _row, created = token.blacklist()
    return created


def sign_out(access) -> None:
    """End the sign-in that an access token belongs to."""
    session = Session.objects.filter(key=_session_key(access))
    end_sessions(session, of=_user_id(access), because="signed out")


def _refused() -> NotSignedIn:
    return NotSignedIn(
        _("The refresh token is invalid or was used before."), code="token_not_valid"
    )
