"""What the WebAuthn library is asked: options for the browser, and its answers.

fido2 is imported with the first passkey: most processes see none.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from struct import error as StructError  # noqa: N812 - it is a class
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import Passkey, User

if TYPE_CHECKING:
    from fido2.server import Fido2Server
    from fido2.webauthn import AuthenticatorData

ALGORITHMS = (-7, -8, -257)  # ES256, EdDSA, RS256
MAX_KEY_BYTES = 700  # of a COSE key: RSA of 4096 bits has 530
NO_AAGUID = bytes(16)  # of which model an authenticator is: neither asked nor stored
# What the library raises for answers that are malformed or not for us.
MALFORMED = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError,
    NotImplementedError, OverflowError, RecursionError, StructError, InvalidSignature,
    UnsupportedAlgorithm,
)  # fmt: skip


class Refused(Exception):
    """The answer of the authenticator is not valid here. It says why, for the log."""


class NewCredential(NamedTuple):
    """What is stored of a new passkey, as in `Passkey`."""

    credential_id: str
    public_key: str
    sign_count: int


def creation_options(user: User, passkeys: list[Passkey]) -> tuple[dict, dict]:
    """Return the options for `navigator.credentials.create`, and the state to store."""
    from fido2.webauthn import (
        PublicKeyCredentialDescriptor,
        PublicKeyCredentialType,
        PublicKeyCredentialUserEntity,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    entity = PublicKeyCredentialUserEntity(
        id=user_handle(user),
        name=user.email or user.username,
        display_name=user.display_name,
    )
    existing = [
        PublicKeyCredentialDescriptor(
            type=PublicKeyCredentialType.PUBLIC_KEY, id=decode(one.credential_id)
        )
        for one in passkeys
    ]
    options, state = _server().register_begin(
        entity,
        existing,
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options)["publicKey"], state


def request_options(passkeys: list[Passkey] | None = None) -> tuple[dict, dict]:
    """Return the options for `navigator.credentials.get`, and the state to store.

    Without `passkeys` the browser offers all that it has for the site.
    """
    from fido2.webauthn import (
        PublicKeyCredentialDescriptor,
        PublicKeyCredentialType,
        UserVerificationRequirement,
    )

    descriptors = [
        PublicKeyCredentialDescriptor(
            type=PublicKeyCredentialType.PUBLIC_KEY, id=decode(one.credential_id)
        )
        for one in passkeys or ()
    ]
    options, state = _server().authenticate_begin(
        descriptors or None, user_verification=UserVerificationRequirement.REQUIRED
    )
    return dict(options)["publicKey"], state


def register(state: dict, credential: dict) -> NewCredential:
    """Return the new passkey of an answer. Raises `Refused`."""
    from fido2 import cbor

    try:
        data = _server().register_complete(state, credential)
        found = data.credential_data
        if found is None:
            raise Refused("no credential")
        key = cbor.encode(dict(found.public_key))
        algorithm = found.public_key.get(3)
    except MALFORMED as error:
        raise Refused(f"{type(error).__name__}: {error}") from error
    if algorithm not in ALGORITHMS or len(key) > MAX_KEY_BYTES:
        raise Refused("a key of another type or size")
    return NewCredential(encode(found.credential_id), encode(key), data.counter)


def authenticate(state: dict, passkey: Passkey, credential: dict) -> int:
    """Return the sign count of an answer that the passkey has signed for `state`.

    The user was verified. Raises `Refused`.
    """
    from fido2 import cbor
    from fido2.cose import CoseKey
    from fido2.webauthn import AttestedCredentialData

    try:
        stored_key = cast(dict[int, Any], cbor.decode(decode(passkey.public_key)))
        key = CoseKey.parse(stored_key)
        identifier = decode(passkey.credential_id)
        stored = AttestedCredentialData.create(NO_AAGUID, identifier, key)
        _server().authenticate_complete(state, [stored], credential)
        return _authenticator_data(credential).counter
    except MALFORMED as error:
        raise Refused(f"{type(error).__name__}: {error}") from error


def _authenticator_data(credential: dict) -> "AuthenticatorData":
    from fido2.webauthn import AuthenticatorData

    return AuthenticatorData(decode(credential["response"]["authenticatorData"]))


def is_handle_of(user: User, credential: dict) -> bool:
    """Return whether the answer names no other user."""
    handle = credential["response"].get("userHandle")
    return not handle or constant_time_compare(handle, encode(user_handle(user)))


def user_handle(user: User) -> bytes:
    """Return the id by which authenticators know the user: it says nothing else."""
    return salted_hmac("accounts.passkeys", str(user.pk), algorithm="sha256").digest()


def encode(data: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def decode(text: str) -> bytes:
    """Return the bytes of base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _server() -> "Fido2Server":
    from fido2.server import Fido2Server
    from fido2.webauthn import (
        AttestationConveyancePreference,
        PublicKeyCredentialRpEntity,
    )

    server = Fido2Server(
        PublicKeyCredentialRpEntity(id=settings.PASSKEY_RP_ID, name=settings.SITE_NAME),
        attestation=AttestationConveyancePreference.NONE,
        verify_origin=_is_our_origin,
    )
    server.allowed_algorithms = [
        one for one in server.allowed_algorithms if one.alg in ALGORITHMS
    ]
    return server


def _is_our_origin(origin: str) -> bool:
    return origin in settings.PASSKEY_ORIGINS
