"""B6: the address of a client, as proxies forward it, and how limits count it."""

from types import SimpleNamespace

import pytest

from core.addresses import client_address, limited_networks, network_of
from core.api.throttling import check_scope
from core.exceptions import Throttled


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("198.51.100.1:4711", "198.51.100.1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("spoofed, 198.51.100.1:65535 ", "198.51.100.1"),
        ("198.51.100.1:port", "198.51.100.1:port"),
        ("[" * 1000, "[" * 64),
        (" , ", "203.0.113.9"),
    ],
)
def test_port_is_no_part_of_an_address(rf, settings, forwarded, address):
    """B6: otherwise each connection of a client would have limits of its own."""
    settings.TRUSTED_PROXIES = 1
    headers = {"HTTP_X_FORWARDED_FOR": forwarded, "REMOTE_ADDR": "203.0.113.9"}
    assert client_address(rf.get("/", **headers)) == address


@pytest.mark.parametrize(
    ("address", "network", "customer"),
    [
        ("198.51.100.1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:198.51.100.1", "198.51.100.1", "198.51.100.1"),
        ("64:ff9b::c633:6401", "198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/64", "fe80::/48"),
        ("", "", ""),
        ("unix:", "unix:", "unix:"),
    ],
)
def test_limits_count_networks(address, network, customer):
    """B6: a household has more addresses of IPv6 than a limit can count."""
    assert network_of(address) == network
    assert network_of(address, burst=True) == customer


def test_ipv4_has_one_limit():
    """B6: and IPv6 two, the second for all networks of one customer."""
    assert limited_networks("198.51.100.1", 5) == [("198.51.100.1", 5)]
    assert limited_networks("2001:db8::1", 5) == [
        ("2001:db8::/64", 5),
        ("2001:db8::/48", 40),
    ]


def test_many_networks_of_one_customer_meet_a_limit(rf, settings):
    """B6: each request comes from another /64 of the same /48."""
    settings.THROTTLE_RATES = {"register": (2, 3600)}

    def register(number: int) -> None:
        request = rf.post("/", REMOTE_ADDR=f"2001:db8:0:{number:x}::1")
        request.user = SimpleNamespace(pk=None)
        check_scope("register", request)

    for number in range(16):
        register(number)
    with pytest.raises(Throttled):
        register(16)
