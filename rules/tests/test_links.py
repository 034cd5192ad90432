"""Links to listed domains are found however they are written."""

import pytest

from rules.matching.links import find_links, is_below, is_deceptive, to_ascii

LISTED = frozenset({"fraud.example", to_ascii("krāpšana.example")})


@pytest.mark.parametrize(
    "text",
    [
        "https://fraud.example",
        "http://www.pay.fraud.example/a",
        "FRAUD.example",
        "fraud.example.",
        "fraud。example",
        "https://bank.lv@fraud.example/login",
        "https://user:pass@fraud.example",
        "https://fraud.example:8443/x",
        "krāpšana.example",
        "xn--krpana-4za38e.example",
        "(fraud.example)",
        "skat.fraud.example, ātri",
    ],
)
def test_a_listed_domain_is_found(text):
    assert any(is_below(link.host, LISTED) for link in find_links(text))


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/fraud.example",
        "notfraud.example",
        "fraud.example.com",
        "name@fraud.example",
        "fraud. example",
        "u.c.",
    ],
)
def test_other_domains_are_not(text):
    assert not any(is_below(link.host, LISTED) for link in find_links(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://bank.lv@evil.example/", True),
        ("https://bаnk.lv", True),  # with a Cyrillic а
        ("https://user@host.example", False),
        ("https://банк.рф", False),
        ("https://bank.lv", False),
    ],
)
def test_links_that_pretend_are_told_from_others(text, expected):
    [link] = find_links(text)
    assert is_deceptive(link) is expected
