"""Codes sent to phones, and who owns a phone number.

Whoever proves a number owns it. An account that loses its number stays as it is.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import challenges, security_emails
from accounts.devices import Device
from accounts.models import Challenge, SecurityEvent, User
from accounts.sign_in_methods import has_sign_in_besides_phone, remove_phone
from core.addresses import limited_networks
from core.db.locks import locked
from core.exceptions import DomainError, NotSignedIn, WrongStatus
from sms.numbers import parse
from sms.services import mark_used, send

Purpose, Type = Challenge.Purpose, SecurityEvent.Type
PURPOSES = {  # of the API
    "verify": Purpose.PHONE_VERIFY,
    "change": Purpose.PHONE_CHANGE,
    "sign_in": Purpose.PHONE_SIGN_IN,
    "confirm": Purpose.PHONE_CONFIRM,
}
LINKING = (Purpose.PHONE_VERIFY, Purpose.PHONE_CHANGE)
RESEND_AFTER = timedelta(seconds=30)


@dataclass(frozen=True)
class Started:
    """A code that was sent; times in seconds."""

    challenge: str
    expires_in: int = int(challenges.CODE_LIFETIME.total_seconds())
    resend_in: int = int(RESEND_AFTER.total_seconds())


class NumberTaken(DomainError):
    """Another account proved the same number at the same moment (409)."""

    code = "phone_taken"


def start(
    phone: str = "", *, purpose: str, user: User | None, device: Device
) -> Started:
    """Send a code to a number, and return its challenge.

    It does the same for known, unknown and taken numbers. Call it outside of a
    transaction. Raises what `sms.services.send` raises, `NotSignedIn` (401) if the
    purpose needs a user, and `WrongStatus` (409) for a confirmation without a number.
    """
    whose = None if purpose == "sign_in" else _require_user(user)
    if purpose == "confirm":
        phone = _own_number(whose)
    number = parse(phone)
    key, code = challenges.new_key(), challenges.new_code()
    # First sent, then stored: if sending fails, the code sent before stays valid.
    send(
        to=number.e164,
        text=render_text(code),
        key=key,
        purpose=purpose,
        extra_limits=_limits(whose, device),
    )
    challenges.create(
        PURPOSES[purpose],
        secret=code,
        key=key,
        user=whose,
        address=number.e164,
        network=device.network,
    )
    return Started(key)


def render_text(code: str) -> str:
    """Return the text message, in the language of the request.

    Its last line lets browsers fill in the code on our site alone (the format of
    origin-bound one-time codes, by the W3C's WICG).
    """
    sentence = _("%(code)s is your code for %(site)s. Do not share it.")
    host = settings.SITE_URL.partition("://")[2]
    shown = sentence % {"code": code, "site": settings.SITE_NAME}
    return f"{shown}\n\n@{host} #{code}"


def _limits(user: User | None, device: Device) -> list[tuple[str, int]]:
    """The limits a day of the networks of a device, and of an account."""
    networks = limited_networks(device.address, settings.SMS_PER_NETWORK_PER_DAY)
    limits = [(f"network {network}", limit) for network, limit in networks]
    limits.append((f"device {device.fingerprint}", settings.SMS_PER_DEVICE_PER_DAY))
    if user is not None:
        limits.append((f"user {user.pk}", settings.SMS_PER_ACCOUNT_PER_DAY))
    return limits


def _require_user(user: User | None) -> User:
    if user is None:
        raise NotSignedIn(_("Please sign in first."))
    return user


def _own_number(user: User | None) -> str:
    if user is None or not user.phone_verified:
        raise WrongStatus(_("Your account has no verified number."), code="no_phone")
    return user.phone


def check(challenge: str, code: str, *, user: User | None) -> Challenge:
    """Return the open challenge with this key, having spent an attempt on its code.

    Call it outside of a transaction. Raises the errors of `challenges.check`.
    """
    purposes = [Purpose.PHONE_SIGN_IN] if user is None else LINKING
    found = challenges.check(challenge, code, purposes=purposes, user=user)
    mark_used(challenge)
    return found


@transaction.atomic
def link(user: User, challenge: Challenge, *, device: Device) -> User:
    """Give the number of a checked challenge to `user`; return the saved user.

    The former owner loses it and is notified, and so is `user`. Raises `CodeExpired`
    (400) if the challenge was used meanwhile, and `NumberTaken` (409).
    """
    challenges.use(challenge)
    user = take(challenge.address, user)
    security_emails.record_and_send(user, Type.PHONE_VERIFIED, device)
    return user


def take(number: str, user: User) -> User:
    """Make `user` the owner of a proved number, in the caller's transaction.

    Returns the saved user. Raises `NumberTaken` (409) if another account has got it at
    the same moment.
    """
    owners = User.objects.filter(phone=number, phone_verified=True)
    ids = {user.pk, *owners.values_list("pk", flat=True)}
    # In the order of their ids: two people who take each other's number would
    # otherwise wait for each other.
    people = {
        one.pk: one for one in locked(User.objects).filter(pk__in=ids).order_by("pk")
    }
    user = people.pop(user.pk)
    for owner in people.values():
        _lose(owner, number)
    user.phone, user.phone_verified = number, True
    user.phone_used_at = timezone.now()
    challenges.close_all(user, Purpose.PHONE_CONFIRM)  # sent to the number before
    try:
        # The unique constraint: somebody may have got it since the query above.
        with transaction.atomic():
            user.save(update_fields=["phone", "phone_verified", "phone_used_at"])
    except IntegrityError as error:
        sentence = _("Another account has just verified this number.")
        raise NumberTaken(sentence) from error
    return user


def _lose(owner: User, number: str) -> None:
    if owner.phone != number or not owner.phone_verified:  # since the query
        return
    remove_phone(owner)
    challenges.close_all(owner, Purpose.PHONE_CONFIRM)
    # Without a device: it is that of somebody else.
    security_emails.record_and_send(owner, Type.PHONE_LOST)


@transaction.atomic
def remove(user: User, *, device: Device) -> User:
    """Remove the number from an account; return the saved user.

    The caller has checked that the identity was confirmed. Raises `WrongStatus` (409)
    without a verified number, and if there is no other way to sign in.
    """
    user = locked(User.objects).get(pk=user.pk)
    _own_number(user)
    if not has_sign_in_besides_phone(user):
        sentence = _("Set a password or an e-mail address first.")
        raise WrongStatus(sentence, code="last_sign_in_method")
    remove_phone(user)
    challenges.close_all(user, *PURPOSES.values())
    security_emails.record_and_send(user, Type.PHONE_REMOVED, device)
    return user
