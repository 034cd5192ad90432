"""The one spelling of an e-mail address, by which it is stored and compared."""

import unicodedata

import idna

MAX_DOMAIN_CHARS = 253


def normalize_email(text: str) -> str:
    """Return the address as it is stored and searched: NFKC, trimmed, case-folded.

    An international domain is in its ASCII form, by IDNA 2008: `xn--bcher-kva.example`
    for `bücher.example`. A domain that has none is case-folded; `is_valid_domain`
    refuses it.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    local, at, domain = text.rpartition("@")
    if not at or domain.isascii():
        return text.casefold()
    try:
        return f"{local.casefold()}@{_to_ascii(domain)}"
    except UnicodeError:
        return text.casefold()


def is_valid_domain(domain: str) -> bool:
    """Return whether IDNA 2008 knows an international domain; True for all others."""
    if domain.isascii() and "xn--" not in domain.lower():
        return True
    try:
        return _to_ascii(domain) == domain.lower() or not domain.isascii()
    except UnicodeError:
        return False


def _to_ascii(domain: str) -> str:
    """Return the ASCII form of a domain. Raises `UnicodeError`."""
    if len(domain) > MAX_DOMAIN_CHARS:  # the time to encode grows faster than the text
        raise UnicodeError("the domain is too long")
    # UTS 46 maps letters of another case and width. Not "transitional": that would
    # turn ß into ss, the domain of somebody else.
    return idna.encode(domain, uts46=True).decode()
