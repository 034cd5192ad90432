"""Usernames: whether one is free, and one for who has chosen none."""

import re
import unicodedata
from secrets import randbelow

from django.core.exceptions import ValidationError

from accounts import names
from accounts.models import User, username_rule

MAX_BASE_CHARS, TRIES = 22, 20
FALLBACK = "user"


def problem_with(username: str) -> str | None:
    """Return why nobody can take it: "invalid", "reserved", "taken", or None."""
    try:
        username_rule(username)
    except ValidationError:
        return "invalid"
    if names.imitates_site(username):
        return "reserved"
    return "taken" if User.objects.named(username).exists() else None


def derive(*texts: str) -> str:
    """Return a free username that resembles the first of `texts` that can be one.

    Another request may take it meanwhile: the unique constraint has the last word.
    """
    base = next(filter(None, map(_base_of, texts)), FALLBACK)
    for digits in range(TRIES):
        number = str(randbelow(10 ** min(2 + digits, 7))) if digits else ""
        candidate = f"{base}{number}"
        if problem_with(candidate) is None:
            return candidate
        base = base if digits < TRIES // 2 else FALLBACK
    return f"{FALLBACK}{randbelow(10**12)}"


def _base_of(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:MAX_BASE_CHARS]
    return "" if len(base) < 3 or names.imitates_site(base) else base
