"""The password hasher: Django's, at most a few at once in a process."""

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from core.gate import Gate

PASSWORDS = Gate(settings.PASSWORDS_AT_ONCE)


class GatedHasher(PBKDF2PasswordHasher):
    """PBKDF2 behind a gate.

    Checking a password encodes it too: sign-in, registration, a new password and the
    admin all come here. A hash takes a third of a second of a core.
    """

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Return the encoded password. Raises `Busy` (503) if too many are waiting."""
        with PASSWORDS:
            return super().encode(password, salt, iterations)
