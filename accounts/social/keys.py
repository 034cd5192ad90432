"""The public keys by which a provider signs, fetched over HTTPS and kept in memory."""

import logging
import threading
import time
from typing import Any

import httpx
import jwt

from core.exceptions import ServiceUnavailable

TIMEOUT_S = 3.0  # of each step of a request to the provider
MAX_AGE_S = 24 * 3600
REFETCH_S = 60  # at most so often for a key that is not among them
log = logging.getLogger("marketplace.social")


class Keys:
    """The keys at one URL, by their id (`kid`)."""

    def __init__(self, url: str):
        self.url = url
        self._keys: dict[str, Any] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._lock = threading.Lock()

    def get(self, kid: str) -> Any:
        """Return the public key with this id, or None.

        Raises `ServiceUnavailable` (503) if it has to be fetched and cannot be.
        """
        # One thread at a time asks the provider; the others then find what it brought.
        with self._lock:
            now = time.monotonic()
            is_old = now - self._fetched_at > MAX_AGE_S
            # Tokens with invented ids must not make us ask the provider each time.
            may_try = now - self._tried_at > REFETCH_S
            if (is_old or kid not in self._keys) and may_try:
                self._fetch(now)
            elif is_old:
                raise _unavailable()  # it failed a moment ago
            return self._keys.get(kid)

    def _fetch(self, now: float) -> None:
        self._tried_at = now
        try:
            answer = httpx.get(self.url, timeout=TIMEOUT_S).raise_for_status()
            found = answer.json()["keys"]
            self._keys = {key["kid"]: _parsed(key) for key in found if _is_usable(key)}
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            log.warning("The keys of %s cannot be fetched: %r", self.url, error)
            raise _unavailable() from error
        self._fetched_at = now


def _is_usable(key: dict[str, Any]) -> bool:
    return key["kty"] == "RSA" and key.get("alg", "RS256") == "RS256"


def _parsed(key: dict[str, Any]) -> Any:
    try:
        return jwt.PyJWK(key, algorithm="RS256").key
    except jwt.PyJWTError as error:
        raise ValueError("not a key") from error


def _unavailable() -> ServiceUnavailable:
    return ServiceUnavailable(code="provider_unavailable")
