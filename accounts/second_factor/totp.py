"""Time-based codes (RFC 6238): seeds, time steps, and which step a code is of."""

from datetime import datetime
from urllib.parse import quote

import pyotp
from django.conf import settings
from django.utils.crypto import constant_time_compare

from accounts.models import User

STEP_S = 30
WINDOW = (-1, 0, 1)  # steps: clocks differ, and typing takes time


def new_seed() -> str:
    """Return 160 random bits in base32, 32 characters."""
    return pyotp.random_base32()


def provisioning_url(user: User, seed: str) -> str:
    """Return the `otpauth:` URL that authenticator apps read, as from a QR code."""
    issuer = settings.SITE_NAME.replace(":", " ")  # a colon separates the two
    label = quote(f"{issuer}:{user.email or user.username}", safe=":@")
    return f"otpauth://totp/{label}?secret={seed}&issuer={quote(issuer)}"


def steps_at(at: datetime) -> list[int]:
    """Return the time steps whose codes are accepted at this time."""
    return [int(at.timestamp()) // STEP_S + offset for offset in WINDOW]


def matches(seed: str, code: str, step: int) -> bool:
    """Return whether this is the code of a time step."""
    # pyotp for the arithmetic alone: `at` takes seconds.
    return constant_time_compare(pyotp.TOTP(seed).at(step * STEP_S), code)


def find_step(seed: str, code: str, at: datetime) -> int | None:
    """Return the time step of which this is the code, or None. Compares with each."""
    found = [step for step in steps_at(at) if matches(seed, code, step)]
    return found[-1] if found else None
