"""Ends sessions at the request of their owner."""

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework_simplejwt.tokens import Token

from accounts import security_log, tokens
from accounts.devices import Device
from accounts.models import Session, User
from core.exceptions import NotFound


@transaction.atomic
def sign_out(user: User, access: Token, *, device: Device) -> None:
    """End the session of an access token of `user`."""
    tokens.sign_out(access)
    security_log.record(user, security_log.Type.SIGNED_OUT, device)


@transaction.atomic
def end(user: User, session_id: int, *, device: Device) -> None:
    """End one of the open sessions of `user`.

    Raises `NotFound` (404) for any other, also for one that has ended meanwhile.
    """
    sessions = Session.objects.visible_to(user).filter(pk=session_id)
    if not tokens.end_sessions(sessions, of=user.pk, reason="ended by the owner"):
        raise NotFound(_("Not found."))
    event = security_log.Type.SESSION_ENDED
    security_log.record(user, event, device, session=session_id)


@transaction.atomic
def end_all(user: User, *, device: Device) -> int:
    """End all sessions of `user`, also the present one; return how many were open."""
    ended = tokens.end_sessions(
        user.sessions.all(), of=user.pk, reason="signed out everywhere"
    )
    event = security_log.Type.SIGNED_OUT_EVERYWHERE
    security_log.record(user, event, device, ended=ended)
    return ended
