"""E-mails about changes of credentials: what happened, when, where, what to do.

They contain no tokens: whoever reads one can do nothing with it. They contain no text
of a person either but the username. Each event of the security log that is worth an
e-mail has a row in `EMAILS`.
"""

from typing import Any, NamedTuple
from uuid import uuid4

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts import security_log
from accounts.devices import Device
from accounts.models import SecurityEvent, User
from jobs.mail import AUTOMATIC
from jobs.services import enqueue_mail

Type = SecurityEvent.Type


class Email(NamedTuple):
    """Subject and first sentence; the latter may quote the details of the event."""

    subject: str | Promise
    sentence: str | Promise


EMAILS: dict[str, Email] = {
    Type.SIGNED_IN: Email(
        _("New sign-in"),
        _("Somebody has signed in to your account from a new device."),
    ),
    Type.TOKEN_REPLAYED: Email(
        _("A sign-in was ended"),
        _("A copy of your sign-in was used, so we have ended that sign-in."),
    ),
    Type.SECOND_FACTOR_FAILED: Email(
        _("Wrong codes were entered"),
        _(
            "Somebody has proved the first part of your sign-in and then entered wrong "
            "codes."
        ),
    ),
    Type.PASSWORD_CHANGED: Email(
        _("Your password was changed"), _("The password of your account was changed.")
    ),
    Type.PASSWORD_RESET: Email(
        _("Your password was reset"),
        _("A new password was set by a link that we sent by e-mail."),
    ),
    Type.EMAIL_CHANGE_REQUESTED: Email(
        _("Another e-mail address was requested"),
        _("Somebody has asked to change the e-mail address of your account."),
    ),
    Type.EMAIL_CHANGED: Email(
        _("Your e-mail address was changed"),
        _("Your account has another e-mail address now."),
    ),
    Type.EMAIL_REVERTED: Email(
        _("Your e-mail address was restored"),
        _("Your account has its former e-mail address again."),
    ),
    Type.PHONE_VERIFIED: Email(
        _("A phone number was verified"),
        _("A phone number was verified for your account."),
    ),
    Type.PHONE_REMOVED: Email(
        _("Your phone number was removed"),
        _("The phone number of your account was removed."),
    ),
    Type.PHONE_LOST: Email(
        _("Your phone number was verified by another account"),
        _(
            "The number belongs to another account now, and is no longer verified for "
            "yours."
        ),
    ),
    Type.SECOND_FACTOR_ENABLED: Email(
        _("Two-step sign-in was turned on"),
        _("From now on, signing in needs a code from your authenticator app."),
    ),
    Type.SECOND_FACTOR_DISABLED: Email(
        _("Two-step sign-in was turned off"),
        _("Signing in no longer needs a code. All other sign-ins were ended."),
    ),
    Type.SECOND_FACTOR_RESET: Email(
        _("Two-step sign-in was reset"),
        _(
            "Our staff removed the authenticator app and the recovery codes of your "
            "account, and ended all sign-ins."
        ),
    ),
    Type.RECOVERY_CODES_CREATED: Email(
        _("New recovery codes were made"),
        _("Your account has new recovery codes. The earlier ones no longer work."),
    ),
    Type.RECOVERY_CODE_USED: Email(
        _("A recovery code was used"),
        _(
            "A recovery code was used in place of the authenticator app. Codes left: "
            "%(left)s."
        ),
    ),
    Type.PASSKEY_ADDED: Email(
        _("A passkey was added"), _("A passkey was added to your account.")
    ),
    Type.PASSKEY_REMOVED: Email(
        _("A passkey was removed"),
        _("A passkey of your account was removed. All other sign-ins were ended."),
    ),
    Type.SOCIAL_LINKED: Email(
        _("An account of another service was linked"),
        _("Signing in to your account is now possible through %(provider)s."),
    ),
    Type.SOCIAL_UNLINKED: Email(
        _("An account of another service was unlinked"),
        _("Signing in to your account is no longer possible through %(provider)s."),
    ),
    Type.EXPORT_REQUESTED: Email(
        _("A copy of your data was requested"),
        _("Somebody has asked for a copy of the data of your account."),
    ),
    Type.ERASURE_REQUESTED: Email(
        _("The deletion of your account was requested"),
        _("Somebody has asked to delete your account."),
    ),
    Type.ERASURE_CANCELLED: Email(
        _("The deletion of your account was cancelled"),
        _("Your account stays as it is."),
    ),
}


def record_and_send(
    user: User, event: str, device: Device | None = None, **details: Any
) -> None:
    """Store an event in the security log, and queue its e-mail.

    Call it in the transaction of the change. Raises `KeyError` for an event without a
    row in `EMAILS`.
    """
    security_log.record(user, event, device, **details)
    send(user, event, device, **details)


def send(
    user: User,
    event: str,
    device: Device | None = None,
    *,
    to: str = "",
    key: str = "",
    **details: Any,
) -> None:
    """Queue the e-mail about an event, in the language of the person.

    It goes to the address of the account if e-mails may be sent there; `to` names
    another address, such as the former one. Of several with the same `key` one is sent.
    Raises `KeyError` for an event without a row in `EMAILS`.
    """
    address = to or address_of(user)
    if address:
        key = f"security:{event}:{user.pk}:{key or uuid4().hex}"
        enqueue_mail(key, to=address, **render(user, event, device, **details))


def address_of(user: User) -> str:
    """Return the address for such e-mails; empty if there is none.

    An unconfirmed one may belong to a stranger. It counts only where the site asks
    nobody to confirm addresses.
    """
    is_usable = user.email_confirmed or settings.EMAIL_CONFIRMATION == "none"
    return user.email or "" if is_usable and user.is_active else ""


def render(
    user: User, event: str, device: Device | None = None, **details: Any
) -> dict[str, Any]:
    """Return the arguments of `enqueue_mail` but key and address."""
    email = EMAILS[event]
    with override(user.language):
        context = {
            "name": user.username,
            "site": settings.SITE_NAME,
            "sentence": _quoting(email.sentence, details),
            "at": date_format(timezone.localtime(), "DATETIME_FORMAT"),
            "zone": settings.TIME_ZONE,
            "client": device.client if device else "",
            "network": device.network if device else "",
            "url": f"{settings.SITE_URL}{settings.CLIENT_PATHS['security']}",
        }
        return {
            "subject": f"{settings.SITE_NAME}: {email.subject}",
            "text": render_to_string("accounts/security_email.txt", context),
            "headers": AUTOMATIC,
        }


def _quoting(sentence: str | Promise, details: dict[str, Any]) -> str:
    """The sentence with the details that it quotes: numbers, and names of providers."""
    return str(sentence) % details if "%(" in str(sentence) else str(sentence)
