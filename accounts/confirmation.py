"""Confirmation of e-mail addresses: the e-mail, its link, and what waits for it.

An address that nobody has confirmed may belong to a stranger. It gets this one e-mail,
which has no word of the person who registered, and no other.
"""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import security_log
from accounts.devices import Device
from accounts.models import User
from core.api.throttling import consume
from core.exceptions import NotAllowed, WrongStatus
from jobs.mail import AUTOMATIC
from jobs.services import enqueue_mail

SALT = "accounts.confirmation"
LINK_LIFETIME = timedelta(days=3)
# Of one person; the first e-mail is not counted.
RESEND_LIMITS = ((1, 60), (5, 24 * 3600))  # (e-mails, seconds)
CONTACT, POSTING = "contact", "posting"
WAITING = {  # the setting EMAIL_CONFIRMATION: what waits
    "none": frozenset[str](),
    "before_contact": frozenset({CONTACT}),
    "before_posting": frozenset({CONTACT, POSTING}),
}


def require_confirmed(user: User, action: str) -> None:
    """Check that `user` may do `action` (`CONTACT` or `POSTING`) already.

    Raises `NotAllowed` (403, `email_unconfirmed`) if the setting `EMAIL_CONFIRMATION`
    lets it wait for the confirmation of the address.
    """
    if not user.email_confirmed and action in WAITING[settings.EMAIL_CONFIRMATION]:
        raise NotAllowed(
            _("Please confirm your e-mail address first, by the link in our e-mail."),
            code="email_unconfirmed",
        )


def send(user: User) -> None:
    """Queue the confirmation e-mail, unless there is nothing to confirm."""
    if user.email is None or user.email_confirmed:
        return
    # Each one is an e-mail of its own.
    key = f"confirmation:{user.pk}:{uuid4().hex}"
    enqueue_mail(key, **render_email(user), is_secret=True)


def render_email(user: User) -> dict[str, Any]:
    """Return the arguments of `enqueue_mail` but the key, in the language of `user`."""
    with override(user.language):
        context = {"site": settings.SITE_NAME, "url": url_for(user)}
        return {
            "to": user.email,
            "subject": _("Confirm your e-mail address"),
            "text": render_to_string("accounts/confirmation.txt", context),
            "headers": AUTOMATIC,
        }


def resend(user: User) -> None:
    """Queue the e-mail again.

    Raises `WrongStatus` (409) if the address is confirmed or missing, and `Throttled`
    (429) after too many e-mails.
    """
    if user.email is None or user.email_confirmed:
        raise WrongStatus(
            _("Your e-mail address is confirmed already."), code="email_confirmed"
        )
    for limit, seconds in RESEND_LIMITS:
        consume(f"confirmation:{seconds}:{user.pk}", limit, seconds)
    send(user)


def url_for(user: User) -> str:
    """Return the absolute URL of the page that confirms the present address."""
    token = signing.dumps([user.pk, user.email], salt=SALT, compress=True)
    return f"{settings.SITE_URL}{reverse('confirm-email', args=[token])}"


def find(token: str) -> User | None:
    """Return the user whose present address the token confirms.

    None for a token that is forged, expired, of a former address or of a suspended
    user. The token works for nothing else: its salt is its own.
    """
    try:
        user_id, email = signing.loads(token, salt=SALT, max_age=LINK_LIFETIME)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return User.objects.filter(pk=user_id, email=email, is_active=True).first()


@transaction.atomic
def confirm(user: User, device: Device | None = None) -> None:
    """Mark the address as confirmed. Idempotent."""
    # With the address in the condition: one that changes meanwhile is not confirmed.
    rows = User.objects.filter(pk=user.pk, email=user.email, email_confirmed=False)
    if rows.update(email_confirmed=True):
        security_log.record(user, security_log.Type.EMAIL_CONFIRMED, device)
