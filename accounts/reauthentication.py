"""Recent confirmation of the identity, before what a stolen token must not do.

A session is confirmed by its sign-in, and later by `POST /api/auth/confirm-identity`.
"""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import tokens
from accounts.authentication import SignedInRequest
from accounts.models import Session, User
from core.exceptions import NotAllowed

WINDOW = timedelta(minutes=10)


class ConfirmationRequired(NotAllowed):
    """The session has not been confirmed recently (403); `methods` says how it can be.

    Never 401, on which clients sign out.
    """

    code = "confirmation_required"


def require_recent(request: SignedInRequest) -> Session:
    """Return the session, if it was confirmed in the last ten minutes.

    Raises `ConfirmationRequired` (403).
    """
    session = tokens.get_session(request.auth)
    if is_recent(session):
        return session
    sentence = _("Please confirm that it is you first.")
    raise ConfirmationRequired(sentence, extra={"methods": methods_of(request.user)})


def is_recent(session: Session) -> bool:
    """Return whether the session was confirmed in the last ten minutes."""
    confirmed_at = session.confirmed_at
    return confirmed_at is not None and timezone.now() - confirmed_at < WINDOW


def confirm(session: Session, method: str) -> None:
    """Store that the person has just proved who they are."""
    session.confirmed_at, session.confirmed_with = timezone.now(), method
    session.save(update_fields=["confirmed_at", "confirmed_with"])


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
    if not methods and user.email:
        methods.append("email")
    return methods


def has_second_factor(user: User) -> bool:
    """Return whether the person has confirmed an authenticator app."""
    return (
        type(user).objects.filter(pk=user.pk, totp__confirmed_at__isnull=False).exists()
    )
