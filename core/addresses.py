"""The network address of a client, and the key by which limits count it."""

import re
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest

MAX_ADDRESS_CHARS = 64
NETWORK_BITS, BURST_BITS = 64, 48  # of IPv6: one household, and one customer
# A limit per network is this many times as high for all networks of one customer.
BURST_FACTOR = 8
# `address:port` and `[address]:port`, as some load balancers forward them.
WITH_PORT = re.compile(
    r"(?:(?P<v4>\d+\.\d+\.\d+\.\d+)|\[(?P<v6>[^\]]+)\])(?::\d{1,5})?"
)
NAT64 = ip_network("64:ff9b::/96")  # the last 32 bits are an address of IPv4


def client_address(request: HttpRequest) -> str:
    """Return the address of the client, without a port.

    It is read from `X-Forwarded-For` only as far as our own proxies wrote it
    (`TRUSTED_PROXIES`). Text that is no address is returned as it is, cut.
    """
    return address_in(request.META)


def address_in(environ: Mapping[str, Any]) -> str:
    """Return the `client_address` of a WSGI environ, which is `META` of a request."""
    hops = settings.TRUSTED_PROXIES
    if hops:
        forwarded = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(forwarded) >= hops and (entry := forwarded[-hops].strip()):
            return _without_port(entry[:MAX_ADDRESS_CHARS])
    return environ.get("REMOTE_ADDR", "")


def client_network(request: HttpRequest, *, burst: bool = False) -> str:
    """Return the `network_of` the `client_address`: the key of limits per address."""
    return network_of(client_address(request), burst=burst)


# Every read asks for it. The bound keeps strangers from filling the memory.
@lru_cache(maxsize=4096)
def network_of(address: str, *, burst: bool = False) -> str:
    """Return the address itself, or of IPv6 its network of 64 bits, as `…::/64`.

    A household has 2⁶⁴ addresses of IPv6 and could use a new one for each request. A
    customer may get 65,536 such networks: with `burst` the network has 48 bits, for a
    second limit, `BURST_FACTOR` times as high. IPv4 inside IPv6 is IPv4. Text that is
    no address is returned as it is.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if inner := _inner_ipv4(parsed):
        return inner
    bits = BURST_BITS if burst else NETWORK_BITS
    return str(ip_network((int(parsed) >> (128 - bits) << (128 - bits), bits)))


def shortened_network(address: str) -> str:
    """Return the network of an address that may be stored and shown.

    Of IPv4 the first 24 bits, `203.0.113.0/24`, and of IPv6 the first 48: neither names
    a household. Empty for text that is no address.
    """
    try:
        parsed = ip_address(network_of(address, burst=True).partition("/")[0])
    except ValueError:
        return ""
    bits = 24 if parsed.version == 4 else BURST_BITS
    return str(ip_network((parsed, bits), strict=False))


def networks_of(address: str) -> list[str]:
    """Return each network to count a use for, the smallest first: two of IPv6."""
    small, large = network_of(address), network_of(address, burst=True)
    return [small] if large == small else [small, large]


def limited_networks(address: str, limit: int) -> list[tuple[str, int]]:
    """Return the `networks_of` an address, each with its limit."""
    factors = (1, BURST_FACTOR)
    pairs = zip(networks_of(address), factors, strict=False)
    return [(network, limit * factor) for network, factor in pairs]


def _inner_ipv4(parsed: IPv6Address) -> str:
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    if parsed in NAT64:
        return str(ip_address(int(parsed) & 0xFFFF_FFFF))
    return ""


def _without_port(entry: str) -> str:
    match = WITH_PORT.fullmatch(entry)
    return (match["v4"] or match["v6"]) if match else entry
