"""The client of Stripe's SDK, and what its errors mean.

The SDK is imported on first use: a process that calls no provider does not load it.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.conf import settings

from core.production import is_live_key
from payments.providers.base import Rejected, Unclear

logger = logging.getLogger("payments")
CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 3, 20
MAX_RETRIES = 2  # of the SDK, within one call of ours and with the same key
# With 403: of the account that is named, and not of the rights of our key.
ACCOUNT_CODES = frozenset({"account_invalid", "platform_account_required"})
NOT_PAYABLE = "account_not_payable"


def client() -> Any:
    """Return the `StripeClient` of the key and the address in the settings."""
    return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


@cache
def _client(key: str, base: str) -> Any:
    stripe = load()
    return stripe.StripeClient(
        key,
        base_addresses={"api": base},
        max_network_retries=MAX_RETRIES,
        http_client=stripe.RequestsClient(timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S)),
    )


@cache
def load() -> Any:
    """Return the SDK, which logs no bodies: they contain client secrets."""
    os.environ.pop("STRIPE_LOG", None)  # it would print them
    import stripe

    logging.getLogger("stripe").setLevel(logging.WARNING)
    stripe.enable_telemetry = False
    return stripe


def is_live() -> bool:
    """Return whether the key moves real money."""
    return is_live_key(settings.STRIPE_SECRET_KEY)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise `Rejected` or `Unclear` for an error of the SDK."""
    error_class = load().StripeError
    try:
        yield
    except error_class as error:
        # Without its cause: that has the body of the response.
        raise _translated(error) from None


def _translated(error: Any) -> Rejected | Unclear:
    status, code = error.http_status, _code(error)
    # Neither the sentence nor the body: they may contain what nobody may log.
    about = f"{type(error).__name__} {status or ''} {code} {error.request_id or ''}"
    if _is_unclear(status, code):
        if status in (401, 403):
            logger.error("the payment provider refuses our key: %s", about)
        return Unclear(about.strip(), retry_after_s=_retry_after(error))
    if isinstance(error, load().IdempotencyError):
        logger.error("a key was used with other parameters: %s", about)
        return Rejected("idempotency_mismatch", about)
    return Rejected(code, about)


def _is_unclear(status: int | None, code: str) -> bool:
    """Whether the same call may be done later, or may have been done.

    409: another request with the key is on its way. 401 and 403: our key is at fault,
    and nothing was decided about the call.
    """
    if status is None or status < 400 or status >= 500:
        return True
    return status in (401, 409, 429) or (status == 403 and code not in ACCOUNT_CODES)


def _code(error: Any) -> str:
    """Return Stripe's code; of a destination that cannot be paid, ours."""
    code = error.code or getattr(error.error, "code", None)
    is_destination = getattr(error, "param", None) == "destination"
    if code == "insufficient_capabilities_for_transfer" or (
        is_destination and code == "resource_missing"
    ):
        return NOT_PAYABLE
    return str(code or getattr(error.error, "type", None) or type(error).__name__)


def _retry_after(error: Any) -> float:
    text = str((error.headers or {}).get("retry-after", ""))
    return min(float(text), 3600) if text.isascii() and text.isdigit() else 0
