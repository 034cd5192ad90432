"""A second factor for tests: the seed is known, codes are of any time step."""

import pyotp
from django.utils import timezone

from accounts.models import TotpDevice
from accounts.second_factor import recovery, totp
from core import encryption

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def enable(user) -> list[str]:
    """Enable the second factor of `user`; return the recovery codes."""
    TotpDevice.objects.create(
        user=user, seed=encryption.encrypt(SEED), confirmed_at=timezone.now()
    )
    return recovery.replace(user)


def code(offset: int = 0, seed: str = SEED) -> str:
    """Return the code of the present time step, or of one beside it."""
    step = totp.steps_at(timezone.now())[1] + offset
    return pyotp.TOTP(seed).at(step * totp.STEP_S)


def wrong_code() -> str:
    """Return six digits that no accepted step has."""
    right = {code(offset) for offset in range(-2, 3)}
    return next(f"{n:06d}" for n in range(10) if f"{n:06d}" not in right)
