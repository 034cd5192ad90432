"""Changes the address of an account, and restores the former one.

The new address gets a link that makes it the address. The former one is notified at
once, without a link, and afterwards gets a link that restores it for a week. It is
reserved for that time.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import (
    challenges,
    confirmation,
    links,
    security_emails,
    security_log,
    sign_in_methods,
    tokens,
)
from accounts.devices import Device
from accounts.models import Challenge, SecurityEvent, User
from accounts.password_resets import services as password_resets
from accounts.registrations import services as registrations
from accounts.services import AlreadyTaken, is_address_taken
from core.db.locks import locked
from core.email_addresses import normalize_email
from core.exceptions import Throttled, ValidationFailed
from jobs.services import enqueue

CHANGE, REVERT = Challenge.Purpose.EMAIL_CHANGE, Challenge.Purpose.EMAIL_REVERT
CHANGE_LIFETIME, REVERT_LIFETIME = timedelta(hours=24), timedelta(days=7)
CHANGES_PER_DAY, EMAILS_PER_DAY = 5, 3  # of an account, to one address
Type = SecurityEvent.Type


@transaction.atomic
def request_change(user: User, email: str, *, device: Device) -> None:
    """Queue the e-mail to the new address; notify the present one at once.

    The same whether the new address is free or not. Raises `ValidationFailed` (400) for
    the present address, and `Throttled` (429) after too many requests in a day.
    """
    user = locked(User.objects).get(pk=user.pk)
    address = normalize_email(email)
    if address == user.email:
        raise ValidationFailed(_("This is your e-mail address already."), field="email")
    _refuse_many(user)
    event = Type.EMAIL_CHANGE_REQUESTED
    security_emails.record_and_send(user, event, device)
    enqueue(
        "accounts.send_email_change",
        user_id=user.pk,
        email=address,
        network=device.network,
    )


def _refuse_many(user: User) -> None:
    day_ago = timezone.now() - timedelta(days=1)
    asked = SecurityEvent.objects.filter(
        user=user, type=Type.EMAIL_CHANGE_REQUESTED, created_at__gt=day_ago
    )
    if asked.count() >= CHANGES_PER_DAY:
        sentence = _("Too many requests. Please wait a little.")
        raise Throttled(sentence, retry_after=3600)


@transaction.atomic
def send_change(user_id: int, email: str, *, network: str) -> None:
    """Send the link to the new address; if that is taken, notify its owner instead."""
    user = locked(User.objects).filter(pk=user_id, is_active=True).first()
    if user is None or _has_many_emails(email):
        return
    challenge, token = links.create(
        CHANGE, user=user, address=email, lifetime=CHANGE_LIFETIME, network=network
    )
    if is_address_taken(email, but_of=user):
        if owner := User.objects.filter(email=email).first():
            registrations.send_attempt(owner, key=challenge.key)
        return
    links.send(
        f"email-change:{challenge.key}",
        to=email,
        language=user.language,
        subject=gettext_lazy("Confirm your e-mail address"),
        template="email_change",
        url=links.url_of("change-email", token),
    )


def _has_many_emails(email: str) -> bool:
    day_ago = timezone.now() - timedelta(days=1)
    sent = Challenge.objects.filter(
        purpose=CHANGE, address=email, created_at__gt=day_ago
    )
    return sent.count() >= EMAILS_PER_DAY


def confirm(token: str, *, device: Device) -> User:
    """Do what the token of a link to an address confirms; return the user.

    That is the present address, a registration or a change. Raises `LinkExpired` (400),
    and `AlreadyTaken` (409) if another account has got the address meanwhile.
    """
    if (user := confirmation.find(token)) is not None:
        confirmation.confirm(user, device)
        return user
    challenge = links.find(token, registrations.PURPOSE, CHANGE)
    if challenge.purpose == registrations.PURPOSE:
        return registrations.complete(challenge, device=device)
    return change(challenge, device=device)


@transaction.atomic
def change(challenge: Challenge, *, device: Device) -> User:
    """Make the address of the link that of the account; return the user.

    Raises `LinkExpired` (400) if the link was used, and `AlreadyTaken` (409) if another
    account has got the address.
    """
    user = locked(User.objects, of=("self",)).get(challenges=challenge)
    links.use(challenge)
    former = security_emails.address_of(user)
    _set_address(user, challenge.address)
    challenges.close_pending(user)  # such as codes at the former address
    security_log.record(user, Type.EMAIL_CHANGED, device)
    if former:
        _send_way_back(user, former)
    return user


def _set_address(user: User, address: str) -> None:
    """Store a confirmed address. Raises `AlreadyTaken` (409)."""
    if is_address_taken(address, but_of=user):
        raise _taken()
    user.email, user.email_confirmed = address, True
    try:
        # The check above can pass in two requests at once; the constraint decides.
        with transaction.atomic():
            user.save(update_fields=["email", "email_confirmed", "updated_at"])
    except IntegrityError as error:
        raise _taken() from error


def _taken() -> AlreadyTaken:
    return AlreadyTaken(_("This e-mail address is taken."), code="email_taken")


def _send_way_back(user: User, former: str) -> None:
    challenge, token = links.create(
        REVERT, user=user, address=former, lifetime=REVERT_LIFETIME
    )
    links.send(
        f"email-changed:{challenge.key}",
        to=former,
        language=user.language,
        subject=gettext_lazy("Your e-mail address was changed"),
        template="email_changed",
        url=links.url_of("revert-email", token),
    )


@transaction.atomic
def revert(challenge: Challenge, *, device: Device) -> str:
    """Restore the former address; return the token of a link to a new password.

    All sessions end and the password opens nothing any more: whoever changed the
    address may know it. Passkeys, other services and a phone that were added since the
    day before the change are removed. A second factor stays, as whoever reads the
    former mailbox must not get past it: operators reset one. Raises `LinkExpired` (400)
    and `AlreadyTaken` (409).
    """
    user = locked(User.objects, of=("self",)).get(challenges=challenge)
    links.use(challenge)
    replaced = security_emails.address_of(user)
    _set_address(user, challenge.address)
    user.set_unusable_password()
    user.save(update_fields=["password", "updated_at"])
    tokens.end_sessions(user.sessions.all(), of=user.pk, reason="e-mail restored")
    challenges.close_pending(user)
    challenges.close_newer(challenge)  # the ways back to addresses of a thief
    sign_in_methods.remove(user, since=challenge.created_at - CHANGE_LIFETIME)
    security_emails.record_and_send(user, Type.EMAIL_REVERTED, device)
    if replaced and replaced != user.email:
        security_emails.send(user, Type.EMAIL_REVERTED, device, to=replaced)
    _challenge, token = links.create(
        password_resets.PURPOSE,
        user=user,
        address=challenge.address,
        lifetime=password_resets.LIFETIME,
    )
    return token
