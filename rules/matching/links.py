"""Links in a text, also those that are made to look like others."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MAX_LINKS = 100  # of one text
# Dots that look like one: full-width and ideographic.
DOTS = str.maketrans("。．｡", "...")
HAS_DOT = re.compile("[.。．｡]")
# All quantifiers are bounded and none is nested over the same characters, so the time
# grows with the length of the text alone.
HOST = r"[^\W_](?:[\w-]{0,62}[^\W_])?(?:\.[^\W_](?:[\w-]{0,62}[^\W_])?){1,8}\.?"
LINK = re.compile(
    rf"(?<![\w@.])(?P<scheme>[hH][tT]{{2}}[pP][sS]?://)?"
    rf"(?P<userinfo>[^\s/@?#]{{1,200}}@)?(?P<host>{HOST})"
    r"(?P<rest>(?::\d{1,5})?(?:[/?#][^\s<>\"]{0,300})?)"
)
# Of hosts that are written without `http`, so that "u.c." is none.
DOMAINS = frozenset(
    {
        *("lv", "lt", "ee", "com", "net", "org", "eu", "ru", "ua", "by", "pl", "de"),
        *("fi", "se", "info", "biz", "me", "ly", "io", "co", "app", "shop", "site"),
        *("online", "store", "xyz", "top", "club", "link", "click", "page", "dev"),
        *("uk", "us", "cc", "tv", "to", "gg", "рф"),
    }
)


@dataclass(frozen=True)
class Link:
    """Where a link stands in the text, and to which host it leads (in ASCII)."""

    start: int
    end: int
    host: str
    userinfo: str
    is_written_out: bool  # it begins with http:// or www.

    @property
    def is_certain(self) -> bool:
        """Whether it is a link, and not two words around a full stop."""
        return self.is_written_out or self.host.rsplit(".", 1)[-1] in DOMAINS_IN_ASCII


def to_ascii(host: str) -> str:
    """Return a host as DNS knows it: lower case, punycode, without a trailing dot."""
    host = unicodedata.normalize("NFKC", host.translate(DOTS)).strip(".").lower()
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:  # too long, or empty labels
        return host


DOMAINS_IN_ASCII = frozenset(to_ascii(name) for name in DOMAINS)


def find_links(text: str) -> Iterator[Link]:
    """Yield the links of `text`, at most `MAX_LINKS`.

    Without a scheme and before an `@`, a host is the domain of an e-mail address and
    is left out.
    """
    if not HAS_DOT.search(text):  # as each host has: many texts need no more than this
        return
    found = 0
    for match in LINK.finditer(text.translate(DOTS)):
        is_written_out = bool(match["scheme"]) or match["host"].lower()[:4] == "www."
        if match["userinfo"] and not match["scheme"]:
            continue  # an e-mail address
        found += 1
        if found > MAX_LINKS:
            return
        yield Link(
            match.start(),
            match.end(),
            to_ascii(match["host"]),
            (match["userinfo"] or "").removesuffix("@"),
            is_written_out,
        )


def is_below(host: str, domains: frozenset[str]) -> bool:
    """Return whether `host` is one of `domains` (in ASCII) or a subdomain of one."""
    labels = host.split(".")
    return any(".".join(labels[n:]) in domains for n in range(len(labels)))


def is_deceptive(link: Link) -> bool:
    """Return whether a link is made to be read as another one.

    It has a host before the `@`, or a label of its host mixes Latin and Cyrillic.
    """
    return "." in link.userinfo or any(map(_mixes_scripts, link.host.split(".")))


def _mixes_scripts(label: str) -> bool:
    try:
        shown = label.encode().decode("idna") if label.startswith("xn--") else label
    except UnicodeError:
        return False
    scripts = {unicodedata.name(c, " ").split()[0] for c in shown if c.isalpha()}
    return {"LATIN", "CYRILLIC"} <= scripts
