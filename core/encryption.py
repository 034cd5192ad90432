"""Encryption of short secrets in the database, with keys that can be rotated.

The first of `ENCRYPTION_KEYS` encrypts, and all of them decrypt. To rotate, put a new
key in front and run `manage.py rotate_encryption`; then remove the old one.
"""

from base64 import urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Undecryptable(Exception):
    """No key in `ENCRYPTION_KEYS` opens this text."""


def encrypt(text: str) -> str:
    """Return `text` encrypted and authenticated, in ASCII; another one each time."""
    return _box(_keys()).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Return what `encrypt` was given. Raises `Undecryptable`."""
    try:
        return _box(_keys()).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Undecryptable("no key in ENCRYPTION_KEYS opens this text") from error


def rotate(token: str) -> str:
    """Return the text encrypted anew, with the first key. Raises `Undecryptable`."""
    try:
        return _box(_keys()).rotate(token.encode()).decode()
    except InvalidToken as error:
        raise Undecryptable("no key in ENCRYPTION_KEYS opens this text") from error


def _keys() -> tuple[str, ...]:
    return tuple(settings.ENCRYPTION_KEYS) or (settings.SECRET_KEY,)


@lru_cache(maxsize=4)  # a key schedule for each use would cost more than the use
def _box(keys: tuple[str, ...]) -> MultiFernet:
    # Keys are texts of any length; Fernet takes 32 bytes.
    digests = [sha256(b"core.encryption " + key.encode()).digest() for key in keys]
    return MultiFernet([Fernet(urlsafe_b64encode(digest)) for digest in digests])
