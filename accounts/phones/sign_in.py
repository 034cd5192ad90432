"""Sign-in and registration by a proved phone number."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import attempts, challenges, email_codes, erasure, passwordless
from accounts.devices import Device
from accounts.models import Challenge, User
from accounts.phones.services import check, take
from core.exceptions import NotAllowed, Throttled

# Providers give a number to somebody else a few months after it was given up.
TRUSTED_FOR = timedelta(days=180)
EMAIL_SIGN_IN = Challenge.Purpose.EMAIL_SIGN_IN


class ProofRequired(NotAllowed):
    """The number was not used for so long that it may belong to somebody else (403).

    `methods` says what else proves the account: `password`, `email` (by the code of
    `email_challenge`). Who is somebody else repeats the call with `new_account`.
    """

    code = "proof_required"


def verify(
    *,
    challenge: str,
    code: str,
    device: Device,
    password: str = "",
    email_challenge: str = "",
    email_code: str = "",
    new_account: bool = False,
    **fields: Any,
) -> tuple[User, bool]:
    """Return the owner of the number of a challenge, and whether the account is new.

    `fields` are those of a new person. Call it outside of a transaction. The code is
    used up by success alone. Raises the errors of `challenges.check`, `NotAllowed`
    (403) for a suspended account, `ProofRequired` (403), and for a new person what
    `passwordless.create` raises.
    """
    found = check(challenge, code, user=None)
    owner = _owner_of(found.address)
    is_proved = (
        not new_account
        and owner is not None
        and _is_proved(owner, password, email_challenge, email_code)
    )
    try:
        return _sign_in(
            found,
            device=device,
            proved=owner if is_proved else None,
            new_account=new_account,
            fields=fields,
        )
    except ProofRequired as error:
        if owner is not None and "email" in error.extra["methods"]:
            with suppress(Throttled):  # the code sent before is still valid
                key = email_codes.send(owner, EMAIL_SIGN_IN, device)
                error.extra["email_challenge"] = key
        raise


@transaction.atomic
def _sign_in(
    challenge: Challenge,
    *,
    device: Device,
    proved: User | None,
    new_account: bool,
    fields: dict[str, Any],
) -> tuple[User, bool]:
    challenges.use(challenge)
    owner = _owner_of(challenge.address)
    if owner is None or (new_account and not is_trusted(owner)):
        user = passwordless.create(**fields)
        return take(challenge.address, user), True
    if not owner.is_active:
        raise erasure.refusal(owner)
    # Compared: the number may have got another owner since the proof.
    if not is_trusted(owner) and owner != proved:
        sentence = _(
            "This number has long been unused. Please prove the account as well."
        )
        raise ProofRequired(sentence, extra={"methods": proof_methods(owner)})
    owner.phone_used_at = timezone.now()
    owner.save(update_fields=["phone_used_at"])
    return owner, False


def _owner_of(number: str) -> User | None:
    return User.objects.filter(phone=number, phone_verified=True).first()


def is_trusted(owner: User) -> bool:
    """Return whether the number was used recently enough to be that of the owner."""
    used_at = owner.phone_used_at
    return used_at is not None and timezone.now() - used_at < TRUSTED_FOR


def _is_proved(
    owner: User, password: str, email_challenge: str, email_code: str
) -> bool:
    """Whether the account was proved by more than its number."""
    if email_challenge:
        purposes = [EMAIL_SIGN_IN]
        found = challenges.check(
            email_challenge, email_code, purposes=purposes, user=owner
        )
        challenges.use(found)
        return True
    if not password or not owner.has_usable_password():
        return False
    attempts.check_password(owner, password)
    return True


def proof_methods(owner: User) -> list[str]:
    """Return what proves an account besides its number: `password`, `email`."""
    methods = ["password"] if owner.has_usable_password() else []
    return methods + (["email"] if owner.email and owner.email_confirmed else [])
