"""Recovery codes: ten that replace a lost authenticator app, each once."""

import base64
import secrets

from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import RecoveryCode, User

COUNT = 10
BYTES = 7  # 56 random bits, of which ten base32 characters hold 50
HALF = 5
SALT = "accounts.second_factor.recovery"
LOOK_ALIKES = str.maketrans("018", "OIB")  # digits that base32 does not have


def replace(user: User) -> list[str]:
    """Void the codes of the user and return ten new ones, such as `ABCDE-23456`.

    Call it in a transaction. They are stored as keyed hashes: nobody can show them
    again.
    """
    codes = [_new_code() for _number in range(COUNT)]
    user.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, code_hash=_hash(user, normalize(code)))
        for code in codes
    )
    return codes


def normalize(code: str) -> str:
    """Return the code as it is hashed: without dash, in capitals."""
    return code.replace("-", "").upper().translate(LOOK_ALIKES)


def use(user: User, code: str) -> bool:
    """Return whether this is an unused code of the user; it is used from now on."""
    # Compare-and-set: of many requests with one code at once one changes the row.
    rows = user.recovery_codes.filter(code_hash=_hash(user, code), used_at=None)
    return rows.update(used_at=timezone.now()) == 1


def count_left(user: User) -> int:
    """Return how many codes are unused."""
    return user.recovery_codes.filter(used_at=None).count()


def _new_code() -> str:
    text = base64.b32encode(secrets.token_bytes(BYTES)).decode()
    return f"{text[:HALF]}-{text[HALF : 2 * HALF]}"


def _hash(user: User, code: str) -> str:
    return salted_hmac(SALT, f"{user.pk}\0{code}", algorithm="sha256").hexdigest()
