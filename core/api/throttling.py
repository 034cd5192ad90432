"""Rate limits: each request increments one counter in the cache, atomically."""

import time

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.request import Request

from core.addresses import client_address, limited_networks
from core.cached_counts import increment
from core.exceptions import Throttled


def count(key: str, seconds: int) -> int:
    """Count one more use of `key` in its current window and return the new count."""
    window = f"limit:{key}:{int(time.time() // seconds)}"
    return increment(window, timeout=seconds + 1)


def seconds_left(seconds: int) -> int:
    """Return the seconds until the current window of `seconds` ends."""
    return seconds - int(time.time() % seconds)


def consume(key: str, limit: int, seconds: int) -> None:
    """Use one of `limit` uses of `key` in `seconds`; raise `Throttled` past them."""
    if count(key, seconds) > limit:
        retry_after = seconds_left(seconds)
        raise Throttled(
            _("Too many requests. Please wait a little."), retry_after=retry_after
        )


def check_scope(scope: str, request: Request) -> None:
    """Count a request; raise `Throttled` past `settings.THROTTLE_RATES[scope]`."""
    if not settings.THROTTLE:
        return
    limit, seconds = settings.THROTTLE_RATES[scope]
    if person := request.user.pk:
        consume(f"{scope}:{person}", limit, seconds)
        return
    for network, its_limit in limited_networks(client_address(request), limit):
        consume(f"{scope}:{network}", its_limit, seconds)
