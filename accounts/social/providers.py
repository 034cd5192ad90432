"""The providers, and what their tokens say once every claim is checked."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import jwt
from django.conf import settings
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts.models import SocialAccount
from accounts.social.keys import Keys
from core.email_addresses import normalize_email
from core.exceptions import NotAllowed, ValidationFailed

LEEWAY_S = 10  # by which the clocks of two servers may differ
REQUIRED = ["exp", "iat", "iss", "aud", "sub"]
MAX_SUBJECT_CHARS = 255


class Provider(NamedTuple):
    """Who signs the tokens, and which settings name the audience and the keys."""

    issuers: tuple[str, ...]
    client_ids_setting: str
    keys_setting: str

    @property
    def client_ids(self) -> list[str]:
        """The ids of our clients; empty if the provider is off."""
        return getattr(settings, self.client_ids_setting)

    @property
    def keys(self) -> Keys:
        """The keys of the provider, shared by the threads of the process."""
        return _keys_at(getattr(settings, self.keys_setting))


PROVIDERS = {
    SocialAccount.Provider.GOOGLE.value: Provider(
        ("https://accounts.google.com", "accounts.google.com"),
        "GOOGLE_CLIENT_IDS",
        "GOOGLE_KEYS_URL",
    ),
    SocialAccount.Provider.APPLE.value: Provider(
        ("https://appleid.apple.com",), "APPLE_CLIENT_IDS", "APPLE_KEYS_URL"
    ),
}


@lru_cache(maxsize=8)
def _keys_at(url: str) -> Keys:
    return Keys(url)


@dataclass(frozen=True)
class Identity:
    """A person as a provider knows them. `email` is verified by it, or empty."""

    provider: str
    subject: str
    email: str
    first_name: str
    last_name: str
    nonce_digest: str
    expires_at: int  # seconds since 1970


class TokenInvalid(ValidationFailed):
    """The token is forged, expired, for another client or another sign-in (400)."""

    code = "id_token_invalid"

    def __init__(self) -> None:
        super().__init__(_("This sign-in is not valid. Please try again."))


def verify(name: str, id_token: str, nonce: str) -> Identity:
    """Return who the token is about, of the provider with this name.

    Call it outside of a transaction: it may ask the provider for its keys. Raises
    `NotAllowed` (403, `provider_off`), `TokenInvalid` (400) and `ServiceUnavailable`
    (503).
    """
    provider = PROVIDERS[name]
    if not provider.client_ids:
        sentence = _("Signing in with this service is not available.")
        raise NotAllowed(sentence, code="provider_off")
    claims = _claims(provider, id_token)
    subject = claims["sub"]
    is_ours = _is_nonce(claims.get("nonce"), nonce)
    if not is_ours or not subject or len(subject) > MAX_SUBJECT_CHARS:
        raise TokenInvalid
    return Identity(
        provider=name,
        subject=subject,
        email=_verified_email(claims),
        first_name=_text(claims, "given_name"),
        last_name=_text(claims, "family_name"),
        nonce_digest=sha256(f"{name} {subject} {nonce}".encode()).hexdigest(),
        expires_at=int(claims["exp"]),
    )


def _claims(provider: Provider, id_token: str) -> dict[str, Any]:
    try:
        kid = jwt.get_unverified_header(id_token).get("kid")
        key = provider.keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise TokenInvalid
        # The algorithm is fixed here: what the token says of itself chooses nothing.
        return jwt.decode(
            id_token,
            key,
            algorithms=["RS256"],
            audience=provider.client_ids,
            issuer=provider.issuers,
            leeway=LEEWAY_S,
            options={"require": REQUIRED},
        )
    except (jwt.PyJWTError, ValueError) as error:
        raise TokenInvalid from error


def _is_nonce(claimed: object, nonce: str) -> bool:
    """Whether the token was issued for this nonce; apps give Apple its SHA-256."""
    hashed = sha256(nonce.encode()).hexdigest()
    return isinstance(claimed, str) and (
        constant_time_compare(claimed, nonce) or constant_time_compare(claimed, hashed)
    )


def _verified_email(claims: dict[str, Any]) -> str:
    claimed = claims.get("email_verified")
    is_verified = claimed is True or claimed == "true"  # Apple: a string
    return normalize_email(_text(claims, "email")) if is_verified else ""


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""
