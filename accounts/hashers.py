"""Password hashers: Argon2id, a few at once in a process; PBKDF2 for older hashes."""

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher

from core.gate import Gate

PASSWORDS = Gate(settings.PASSWORDS_AT_ONCE)


class GatedHasher(Argon2PasswordHasher):
    """Argon2id behind a gate, with the parameters that OWASP recommends.

    A hash takes 19 MiB and about 0.03 s of a core. Sign-in, registration, a new
    password and the admin all come here.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB; four threads of Django's 100 MiB would exhaust a pod
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Return the encoded password. Raises `Busy` (503) if too many are waiting."""
        with PASSWORDS:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Return whether it is the password. Raises `Busy` (503) as `encode` does."""
        with PASSWORDS:  # Django's does not call `encode`
            return super().verify(password, encoded)


class FormerHasher(PBKDF2PasswordHasher):
    """PBKDF2 behind the gate: checks hashes of before Argon2id, until a sign-in."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Return the encoded password. Raises `Busy` (503) if too many are waiting."""
        with PASSWORDS:
            return super().encode(password, salt, iterations)
