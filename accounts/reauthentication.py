"""Recent confirmation of the identity, before what a stolen token must not do.

A session is confirmed by its sign-in, and later by `POST /api/auth/confirm-identity`.
"""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import tokens
from accounts.authentication import SignedInRequest
from accounts.models import Session, User
from core.exceptions import NotAllowed

WINDOW = timedelta(minutes=10)
STRONG = frozenset({Session.Method.CODE, Session.Method.PASSKEY})


class ConfirmationRequired(NotAllowed):
    """The session has not been confirmed recently (403); `methods` says how it can be.

    Never 401, on which clients sign out.
    """

    code = "confirmation_required"


def require_recent(
    request: SignedInRequest, *, by_factor: bool = False, beyond_phone: bool = False
) -> Session:
    """Return the session, if it was confirmed in the last ten minutes.

    With `by_factor`, or if there is a second factor, not by the password alone. With
    `beyond_phone`, not by a phone number alone: who has taken over a number must not
    change where money goes (NIST SP 800-63B 5.1.3.3 restricts it). Raises
    `ConfirmationRequired` (403).
    """
    session = session_of(request)
    # Also a session that was confirmed in the moment in which a factor was enabled.
    needs_factor = by_factor or has_second_factor(request.user)
    is_strong = session.confirmed_with in STRONG or not needs_factor
    is_enough = not beyond_phone or session.confirmed_with != Session.Method.PHONE
    if is_recent(session) and is_strong and is_enough:
        return session
    methods = methods_of(request.user)
    if beyond_phone:
        methods = [method for method in methods if method != "phone"]
    sentence = _("Please confirm that it is you first.")
    raise ConfirmationRequired(sentence, extra={"methods": methods})


def require_more_than_password(request: SignedInRequest) -> str:
    """Return the `Session.Method` of who has just given the password.

    With a second factor the password is not enough: raises `ConfirmationRequired` (403)
    if the session was not confirmed by the factor recently.
    """
    if not has_second_factor(request.user):
        return Session.Method.PASSWORD
    return require_recent(request, by_factor=True).confirmed_with


def session_of(request: SignedInRequest) -> Session:
    """Return the session of the caller."""
    return tokens.get_session(request.auth)


def is_recent(session: Session) -> bool:
    """Return whether the session was confirmed in the last ten minutes."""
    confirmed_at = session.confirmed_at
    return confirmed_at is not None and timezone.now() - confirmed_at < WINDOW


def confirm(session: Session, method: str) -> datetime:
    """Store that the person has just proved who they are; return until when."""
    now = timezone.now()
    session.confirmed_at, session.confirmed_with = now, method
    session.save(update_fields=["confirmed_at", "confirmed_with"])
    return now + WINDOW


def methods_of(user: User) -> list[str]:
    """Return the names of what the person can confirm with, the strongest first.

    `passkey`, `code` (of the authenticator app), `password`; `phone` for those who have
    none of them, and `email` for those who have no verified phone either.
    """
    methods = []
    if user.passkeys.exists():
        methods.append("passkey")
    if has_second_factor(user):
        methods.append("code")
    elif user.has_usable_password():
        methods.append("password")
    if not methods and user.phone_verified:
        methods.append("phone")
    if not methods and user.email and user.email_confirmed:
        methods.append("email")
    return methods


def has_second_factor(user: User) -> bool:
    """Return whether the person has confirmed an authenticator app."""
    return (
        type(user).objects.filter(pk=user.pk, totp__confirmed_at__isnull=False).exists()
    )
