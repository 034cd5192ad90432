"""Passkeys: added, removed, used to sign in and to confirm the identity.

A passkey verifies its user itself, by a PIN or a finger: it counts as both factors.
"""

import logging
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import challenges, security_emails, security_log, tokens
from accounts.devices import Device
from accounts.models import Challenge, Passkey, SecurityEvent, Session, User
from accounts.passkeys import verification
from core.db.locks import locked
from core.exceptions import (
    DomainError,
    NotAllowed,
    NotSignedIn,
    ValidationFailed,
    WrongStatus,
)

MAX_PASSKEYS = 20  # of one person
Purpose = Challenge.Purpose
Type = SecurityEvent.Type
Json = dict[str, Any]
log = logging.getLogger("marketplace.security")


class PasskeyRefused(ValidationFailed):
    """The new passkey cannot be added (400)."""

    code = "passkey_refused"


def begin_adding(user: User, device: Device) -> dict[str, Any]:
    """Return `challenge` and the `options` for `navigator.credentials.create`.

    Raises `WrongStatus` (409) if the person has twenty passkeys.
    """
    passkeys = list(user.passkeys.all())
    if len(passkeys) >= MAX_PASSKEYS:
        raise _too_many()
    options, state = verification.creation_options(user, passkeys)
    return _store(Purpose.PASSKEY_ADD, options, state, device, user)


def add(user: User, key: str, credential: Json, name: str, device: Device) -> Passkey:
    """Store the passkey of an answer, and return it.

    Raises `CodeExpired` and `PasskeyRefused` (400), and `WrongStatus` (409) if it is
    stored already or the person has twenty.
    """
    state = _use(key, purpose=Purpose.PASSKEY_ADD, user=user)
    try:
        new = verification.register(state, credential)
    except verification.Refused as error:
        log.info("A new passkey was refused: %s", error)
        sentence = _("This passkey cannot be used here.")
        raise PasskeyRefused(sentence, field="credential") from error
    try:
        return _add(user, new, name, device)
    except IntegrityError as error:
        # Two requests at once: the unique constraint refuses the second.
        sentence = _("This passkey was added before.")
        raise WrongStatus(sentence, code="passkey_exists") from error


@transaction.atomic
def _add(
    user: User, new: verification.NewCredential, name: str, device: Device
) -> Passkey:
    locked(User.objects).only("pk").get(pk=user.pk)  # two at once could pass the count
    if user.passkeys.count() >= MAX_PASSKEYS:
        raise _too_many()
    passkey = Passkey.objects.create(user=user, name=name, **new._asdict())
    security_emails.record_and_send(user, Type.PASSKEY_ADDED, device, name=name)
    return passkey


@transaction.atomic
def remove(passkey: Passkey, device: Device, session: Session) -> None:
    """Delete a passkey, and end the other sessions of its owner.

    Raises `WrongStatus` (409) if its owner could not sign in any more.
    """
    user = locked(User.objects).get(pk=passkey.user_id)
    if not _can_sign_in_without(user, passkey):
        sentence = _("This is your only way to sign in. Set a password first.")
        raise WrongStatus(sentence, code="last_sign_in_method")
    # Of two requests at once one deletes the row and has effects.
    if not Passkey.objects.filter(pk=passkey.pk).delete()[0]:
        return
    others = user.sessions.exclude(pk=session.pk)
    tokens.end_sessions(others, of=user.pk, reason="passkey removed")
    event = Type.PASSKEY_REMOVED
    security_emails.record_and_send(user, event, device, name=passkey.name)


def _can_sign_in_without(user: User, passkey: Passkey) -> bool:
    """Whether an address, a phone, another service or another passkey is left."""
    return bool(
        user.email  # by the password, or a link that sets one
        or user.phone_verified
        or user.social_accounts.exists()
        or user.passkeys.exclude(pk=passkey.pk).exists()
    )


def begin_sign_in(device: Device) -> dict[str, Any]:
    """Return `challenge` and the `options` for `navigator.credentials.get`."""
    options, state = verification.request_options()
    return _store(Purpose.PASSKEY_SIGN_IN, options, state, device)


def sign_in(key: str, credential: Json, device: Device) -> User:
    """Return the user whose passkey has signed the challenge.

    Raises `CodeExpired` (400); `NotSignedIn` (401) for an unknown passkey and a wrong
    answer alike; `NotAllowed` (403) for a suspended account.
    """
    state = _use(key, purpose=Purpose.PASSKEY_SIGN_IN)
    rows = Passkey.objects.select_related("user")
    passkey = rows.filter(credential_id=credential["id"]).first()
    if passkey is None or not _is_answer(state, passkey, credential, device):
        raise NotSignedIn(_("This passkey is not known."), code="bad_credentials")
    if not passkey.user.is_active:
        raise NotAllowed(_("This account is suspended."), code="suspended")
    return passkey.user


def begin_confirming(user: User, device: Device) -> dict[str, Any]:
    """Return `challenge` and `options`, for the passkeys of the user alone.

    Raises `WrongStatus` (409) if there are none.
    """
    passkeys = list(user.passkeys.all())
    if not passkeys:
        raise WrongStatus(_("You have no passkeys."), code="passkey_missing")
    options, state = verification.request_options(passkeys)
    return _store(Purpose.PASSKEY_CONFIRM, options, state, device, user)


def confirm(user: User, key: str, credential: Json, device: Device) -> None:
    """Check that a passkey of the user has signed the challenge.

    Raises `CodeExpired` (400) and `NotAllowed` (403).
    """
    state = _use(key, purpose=Purpose.PASSKEY_CONFIRM, user=user)
    passkey = user.passkeys.filter(credential_id=credential["id"]).first()
    if passkey is None or not _is_answer(state, passkey, credential, device):
        raise NotAllowed(_("This passkey is not known."), code="bad_credentials")


def _store(
    purpose: str, options: Json, state: Json, device: Device, user: User | None = None
) -> dict[str, Any]:
    challenge = challenges.create(
        purpose,
        secret="",
        user=user,
        network=device.network,
        data={"state": state},
        attempts=1,
        replaces=False,  # of other tabs and, at a sign-in, of other people
    )
    return {"challenge": challenge.key, "options": options}


def _use(key: str, *, purpose: str, user: User | None = None) -> Json:
    """Close the challenge and return its state, before the answer is looked at.

    Outside of a transaction: an answer that is refused must not give it back.
    """
    challenge = challenges.find(key, purposes=[purpose], user=user)
    challenges.use(challenge)
    return challenge.data["state"]


def _is_answer(state: Json, passkey: Passkey, credential: Json, device: Device) -> bool:
    """Whether the passkey has signed the challenge, with a counter that goes on."""
    try:
        if not verification.is_handle_of(passkey.user, credential):
            raise verification.Refused("the handle of another user")
        count = verification.authenticate(state, passkey, credential)
        _count_on(passkey, count)
    except verification.Refused as error:
        log.info("Passkey %s was refused: %s", passkey.pk, error)
        details = {"method": Session.Method.PASSKEY, "reason": _reason(error)}
        event = Type.SIGN_IN_FAILED
        security_log.record(passkey.user, event, device, **details)
        return False
    return True


class CounterWentBack(verification.Refused):
    """The sign count is not higher than the last one: the passkey may be a copy."""


def _count_on(passkey: Passkey, count: int) -> None:
    # Compare-and-set: a copy that signs at the same time has the same count. Passkeys
    # that are synchronized do not count, and always say 0.
    goes_on = Q(sign_count__lt=count) if count else Q(sign_count=0)
    rows = Passkey.objects.filter(goes_on, pk=passkey.pk)
    if not rows.update(sign_count=count, last_used_at=timezone.now()):
        raise CounterWentBack(f"count {count} after {passkey.sign_count}")


def _reason(error: verification.Refused) -> str:
    return "counter" if isinstance(error, CounterWentBack) else "answer"


def _too_many() -> DomainError:
    sentence = _("You have too many passkeys. Remove one first.")
    return WrongStatus(sentence, code="too_many_passkeys")
