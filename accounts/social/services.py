"""Signs in with an account of another service, links and unlinks one.

An account that has the same address is linked only to who also proves to own it here:
whoever could have the address at the other service would have the account otherwise.
"""

from datetime import UTC, datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts import (
    attempts,
    challenges,
    erasure,
    reauthentication,
    security_emails,
    security_log,
)
from accounts.devices import Device
from accounts.fields import validate_visible_email
from accounts.models import Challenge, Session, SocialAccount, UsedSocialToken, User
from accounts.registrations import usernames
from accounts.second_factor import checking
from accounts.serializer_fields import PersonName
from accounts.services import AlreadyTaken, is_address_taken
from accounts.signals import user_registered
from accounts.social import providers
from accounts.social.providers import Identity
from core.db.locks import locked
from core.exceptions import NotAllowed, NotFound, WrongStatus
from market import switches
from market.registry import REGISTRATION_OPEN

PURPOSE = Challenge.Purpose.SOCIAL_LINK
CONFIRMED_BY = ("code", "password")  # what completes a link without a session
TRIES = 3
Type = security_log.Type


class SignIn(NamedTuple):
    """Who has signed in, by which `Session.Method`, and whether the account is new."""

    user: User
    method: str
    is_new: bool


class LinkConfirmationRequired(NotAllowed):
    """An account has the address (403): its owner has to confirm the link."""

    code = "link_confirmation_required"


def verify(provider: str, id_token: str, nonce: str) -> Identity:
    """Return who a token is about; each token once.

    Raises as `providers.verify`, and `TokenInvalid` (400) for a second use.
    """
    identity = providers.verify(provider, id_token, nonce)
    try:
        # The unique constraint lets one of several uses at once pass.
        with transaction.atomic():
            UsedSocialToken.objects.create(
                digest=identity.nonce_digest,
                expires_at=datetime.fromtimestamp(identity.expires_at, UTC),
            )
    except IntegrityError as error:
        raise providers.TokenInvalid from error
    return identity


def sign_in(identity: Identity, *, device: Device, language: str) -> SignIn:
    """Return the user of an identity, with a new account for a new person.

    Raises `NotAllowed` (403) for a suspended account, `SecondFactorRequired` (403) for
    one that asks for a code, `LinkConfirmationRequired` (403)
    if an account has the verified address, and `AlreadyTaken` (409) if that account has
    not confirmed it.
    """
    for _try in range(TRIES):
        account = _account_of(identity)
        if account is not None:
            return _use(account, device)
        _refuse_known_address(identity, device)
        try:
            user = _create(identity, language)
        except IntegrityError:
            continue  # the same person at once, or the username: look again
        return SignIn(user, identity.provider, is_new=True)
    raise AlreadyTaken(_("This username or e-mail address is taken."))


def _account_of(identity: Identity) -> SocialAccount | None:
    rows = SocialAccount.objects.select_related("user__totp")
    return rows.filter(provider=identity.provider, subject=identity.subject).first()


def _use(account: SocialAccount, device: Device) -> SignIn:
    """The sign-in of a linked account; one with a second factor is asked for it."""
    _refuse_suspended(account.user)
    checking.require(account.user, "", device)
    account.last_used_at = timezone.now()
    account.save(update_fields=["last_used_at"])
    return SignIn(account.user, account.provider, is_new=False)


def _refuse_suspended(user: User) -> None:
    if not user.is_active:
        raise erasure.refusal(user)


def _refuse_known_address(identity: Identity, device: Device) -> None:
    if not identity.email:
        return
    owner = User.objects.filter(email=identity.email).first()
    if owner is None:
        if is_address_taken(identity.email):  # reserved by a change
            raise _taken()
        return
    _refuse_suspended(owner)
    if not owner.email_confirmed:
        raise _taken()
    challenge = challenges.create(
        PURPOSE,
        secret="",
        user=owner,
        address=identity.email,
        network=device.network,
        data={"provider": identity.provider, "subject": identity.subject},
    )
    methods = [one for one in reauthentication.methods_of(owner) if one in CONFIRMED_BY]
    sentence = _("There is an account with this address. Confirm that it is yours.")
    extra = {"challenge": challenge.key, "methods": methods}
    raise LinkConfirmationRequired(sentence, extra=extra)


def _taken() -> AlreadyTaken:
    sentence = _("An account has this address. Sign in to it, and link the service.")
    return AlreadyTaken(sentence, code="email_taken")


@transaction.atomic
def _create(identity: Identity, language: str) -> User:
    switches.require(REGISTRATION_OPEN)
    local = identity.email.partition("@")[0]
    name = f"{identity.first_name} {identity.last_name}"
    user = User(
        username=usernames.derive(name, local),
        username_derived=True,
        email=_address_of(identity),
        first_name=_name(identity.first_name),
        last_name=_name(identity.last_name),
        language=language,
    )
    user.set_unusable_password()
    user.save()
    SocialAccount.objects.create(
        user=user,
        provider=identity.provider,
        subject=identity.subject,
        last_used_at=timezone.now(),
    )
    user_registered.send(sender=User, user=user)
    return user


def _address_of(identity: Identity) -> str | None:
    try:
        validate_visible_email(identity.email)
    except ValidationError:
        return None
    return identity.email or None


def _name(text: str) -> str:
    """The name by the rules of a profile; empty if it breaks them."""
    try:
        return PersonName(max_length=80).run_validation(text)
    except serializers.ValidationError:
        return ""


def complete_link(
    key: str, *, password: str = "", code: str = "", device: Device
) -> SignIn:
    """Link the account of a challenge to its user, who also proves to own it here.

    By the code of the authenticator app if there is one, else by the password. Raises
    `CodeExpired` and `CodeWrong` (400), `CodeBurned` and `Throttled` (429), and
    `NotAllowed` (403) for a suspended account.
    """
    challenge = challenges.find_for_sign_in(key, purpose=PURPOSE)
    user = challenge.user
    assert user is not None
    challenges.spend(challenge)
    if checking.enabled_device(user) is not None:
        checking.check(user, code, device)
        return _complete(challenge, user, Session.Method.CODE, device)
    with attempts.limited(attempts.password_limits(user.pk)):
        if not user.check_password(password):
            raise challenges.wrong(challenge)
    return _complete(challenge, user, challenge.data["provider"], device)


@transaction.atomic
def _complete(challenge: Challenge, user: User, method: str, device: Device) -> SignIn:
    challenges.use(challenge)
    _refuse_suspended(user)
    provider, subject = challenge.data["provider"], challenge.data["subject"]
    _link(user, provider, subject, device)
    return SignIn(user, method, is_new=False)


@transaction.atomic
def link(user: User, identity: Identity, *, device: Device) -> None:
    """Link an account of a provider to `user`. Idempotent.

    Raises `WrongStatus` (409) if it belongs to another user, or `user` has another one.
    """
    user = locked(User.objects).get(pk=user.pk)
    account = _account_of(identity)
    if account is None:
        _link(user, identity.provider, identity.subject, device)
    elif account.user_id != user.pk:
        raise _linked_already()


def _link(user: User, provider: str, subject: str, device: Device) -> None:
    try:
        with transaction.atomic():  # two at once: the constraints let one pass
            account = SocialAccount.objects.create(
                user=user, provider=provider, subject=subject
            )
    except IntegrityError as error:
        raise _linked_already() from error
    security_emails.record_and_send(
        user, Type.SOCIAL_LINKED, device, provider=account.get_provider_display()
    )


def _linked_already() -> WrongStatus:
    sentence = _("This service is linked already. Unlink it first.")
    return WrongStatus(sentence, code="social_linked")


@transaction.atomic
def unlink(user: User, provider: str, *, device: Device) -> None:
    """Unlink the account of a provider.

    Raises `NotFound` (404) if none is linked, and `WrongStatus` (409) if nothing else
    would be left to sign in with.
    """
    user = locked(User.objects).get(pk=user.pk)
    account = user.social_accounts.filter(provider=provider).first()
    if account is None:
        raise NotFound(_("Not found."))
    if not _has_other_ways(user, provider):
        sentence = _("Set a password first: you could not sign in any more.")
        raise WrongStatus(sentence, code="last_sign_in_method")
    account.delete()
    name = account.get_provider_display()
    security_emails.record_and_send(user, Type.SOCIAL_UNLINKED, device, provider=name)


def _has_other_ways(user: User, provider: str) -> bool:
    return bool(
        user.email  # by the password, or a link that sets one
        or user.phone_verified
        or user.passkeys.exists()
        or user.social_accounts.exclude(provider=provider).exists()
    )
