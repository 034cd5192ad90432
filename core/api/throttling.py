"""Rate limits: each request increments one counter in the cache, atomically."""

import time
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.request import Request

from core.exceptions import Throttled


def count(key: str, seconds: int) -> int:
    """Count one more use of `key` in its current window and return the new count."""
    window = f"limit:{key}:{int(time.time() // seconds)}"
    cache.add(window, 0, timeout=seconds + 1)
    try:
        return cache.incr(window)
    except ValueError:  # it expired between the two calls: a new window has begun
        cache.set(window, 1, timeout=seconds + 1)
        return 1


def reset(key: str, seconds: int) -> None:
    """Forget the uses of `key` in its current window of `seconds`."""
    cache.delete(f"limit:{key}:{int(time.time() // seconds)}")


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
    if settings.THROTTLE:
        limit, seconds = settings.THROTTLE_RATES[scope]
        who = request.user.pk or address_of(request)
        consume(f"{scope}:{who}", limit, seconds)


def address_of(request: HttpRequest | Request) -> str:
    """Return the caller's address: from X-Forwarded-For only behind our own proxies."""
    hops = settings.TRUSTED_PROXIES
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if hops and len(forwarded) >= hops and forwarded[-hops].strip():
        return _network(forwarded[-hops].strip()[:64])
    return _network(request.META.get("REMOTE_ADDR", ""))


def _network(address: str) -> str:
    """Return an address; of IPv6 the first half, which one household shares."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ip_network((int(parsed) >> 64 << 64, 64)))
