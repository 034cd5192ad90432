"""Registrations that wait for the confirmation of their address.

With `EMAIL_CONFIRMATION` on, an account begins with the link in its e-mail. Until then
nothing is taken: neither the answer to a registration, nor its time, nor a later one
tells whether the address has an account. Decision 89 says why.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import links, names, security_log
from accounts.challenges import KEY_CHARS
from accounts.devices import Device
from accounts.models import Challenge, PendingRegistration, SecurityEvent, User
from accounts.passwords import hash_password
from accounts.registrations import usernames
from accounts.services import check_password, refuse_taken_username
from accounts.signals import user_registered
from accounts.terms import services as terms
from core.email_addresses import normalize_email
from core.encryption import decrypt, encrypt
from jobs.services import enqueue
from market import switches
from market.registry import REGISTRATION_OPEN

PURPOSE = Challenge.Purpose.REGISTRATION
LIFETIME = timedelta(days=3)
EMAILS_PER_DAY = 5  # to one address


def is_deferred() -> bool:
    """Return whether an account begins with the confirmation of its address."""
    return settings.EMAIL_CONFIRMATION != "none"


def begin(
    *,
    username: str,
    email: str,
    password: str,
    device: Device,
    terms_version: str = "",
    **fields: Any,
) -> None:
    """Store a registration, and queue its e-mail. The same for every address.

    Raises `SwitchedOff` (403), `AlreadyTaken` (409) for a username in use, and
    `serializers.ValidationError` (400) for a weak password and a name that imitates the
    site.
    """
    switches.require(REGISTRATION_OPEN)
    user = User(username=username, email=normalize_email(email), **fields)
    names.refuse_imitations(user)
    check_password(password, user)
    refuse_taken_username(username)
    hashed = hash_password(password)
    _store(user, hashed, fields | {"terms_version": terms_version}, device)


@transaction.atomic
def _store(user: User, hashed: str, fields: dict[str, Any], device: Device) -> None:
    challenge, token = links.create(
        PURPOSE,
        user=None,
        address=str(user.email),
        lifetime=LIFETIME,
        network=device.network,
        # A stranger who registers the same address does not end the owner's link.
        replaces=False,
    )
    PendingRegistration.objects.create(
        challenge=challenge, username=user.username, password=hashed, fields=fields
    )
    enqueue("accounts.send_registration", token=encrypt(token))


@transaction.atomic
def send(sealed: str) -> None:
    """Send what belongs to a stored registration.

    A free address gets the link. The owner of one with an account reads that somebody
    has tried, and how to sign in.
    """
    token = decrypt(sealed)
    challenge = Challenge.objects.get(key=token[:KEY_CHARS])
    recent = Challenge.objects.filter(
        purpose=PURPOSE,
        address=challenge.address,
        created_at__gt=challenge.created_at - timedelta(days=1),
        id__lte=challenge.pk,
    )
    if recent.count() > EMAILS_PER_DAY:
        return
    owner = User.objects.filter(email=challenge.address).first()
    if owner is not None:
        send_attempt(owner, key=challenge.key)
        return
    links.send(
        f"registration:{challenge.key}",
        to=challenge.address,
        language=challenge.registration.fields.get("language", settings.LANGUAGE_CODE),
        subject=_("Confirm your e-mail address"),
        template="confirmation",
        url=links.url_of("confirm-email", token),
    )


def send_attempt(owner: User, *, key: str) -> None:
    """Tell the owner of an address that somebody tried to use it, unless suspended."""
    if not owner.is_active or not owner.email:
        return
    links.send(
        f"address-in-use:{key}",
        to=owner.email,
        language=owner.language,
        subject=_("You have an account already"),
        template="address_in_use",
        url=settings.SITE_URL,
    )


@transaction.atomic
def complete(challenge: Challenge, *, device: Device) -> User:
    """Create the account of a confirmed address, and return it.

    Whose username was taken meanwhile gets another one, and may choose. Raises
    `LinkExpired` (400) if the link was used, or the address has an account by now.
    """
    links.use(challenge)
    pending = challenge.registration
    name, is_derived = pending.username, False
    if usernames.problem_with(name) is not None:
        name, is_derived = usernames.derive(name), True
    fields = dict(pending.fields)
    terms_version = fields.pop("terms_version")
    user = User(username=name, email=challenge.address, **fields)
    user.password, user.username_derived = pending.password, is_derived
    try:
        with transaction.atomic():  # keeps the outer transaction usable
            user.save()
    except IntegrityError as error:
        raise links.LinkExpired from error
    if terms_version == settings.TERMS_VERSION:  # the one that was read may be old
        terms.accept(user, terms_version)
    user_registered.send(sender=User, user=user)
    security_log.record(user, SecurityEvent.Type.REGISTERED, device)
    return user


def expired(*, at: datetime) -> QuerySet[Challenge]:
    """Return the challenges of registrations that nobody confirmed in time."""
    # Counted for `EMAILS_PER_DAY` until then: the links are good for longer.
    return Challenge.objects.filter(purpose=PURPOSE, expires_at__lte=at)
