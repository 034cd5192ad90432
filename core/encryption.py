"""Encryption of short secrets in the database, with keys that can be rotated.

The first of `ENCRYPTION_KEYS` encrypts, and all of them decrypt. To rotate, put a new
key in front and run `manage.py rotate_encryption`; then remove the old one.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db.models import Model

COLUMNS: list[tuple[type[Model], str]] = []  # whose texts `encrypt` has returned


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
    """Return the text encrypted again, with the first key. Raises `Undecryptable`."""
    try:
        return _box(_keys()).rotate(token.encode()).decode()
    except InvalidToken as error:
        raise Undecryptable("no key in ENCRYPTION_KEYS opens this text") from error


def register(model: type[Model], field: str) -> None:
    """Say that a column holds encrypted texts, for `manage.py rotate_encryption`.

    Empty ones are left alone.
    """
    COLUMNS.append((model, field))


def rotate_column(model: type[Model], field: str) -> Iterator[bool]:
    """Encrypt each text of a column again; yield for each whether a key opened it."""
    rows = model._default_manager.exclude(**{field: ""}).order_by("pk")
    for pk, old in rows.values_list("pk", field).iterator(chunk_size=500):
        try:
            new = rotate(old)
        except Undecryptable:
            yield False
            continue
        # Compare-and-set: a text that was replaced meanwhile has the first key already.
        model._default_manager.filter(pk=pk, **{field: old}).update(**{field: new})
        yield True


def _keys() -> tuple[str, ...]:
    return tuple(settings.ENCRYPTION_KEYS) or (settings.SECRET_KEY,)


@lru_cache(maxsize=4)  # a key schedule for each use would cost more than the use
def _box(keys: tuple[str, ...]) -> MultiFernet:
    # Keys are texts of any length; Fernet takes 32 bytes.
    digests = [sha256(b"core.encryption " + key.encode()).digest() for key in keys]
    return MultiFernet([Fernet(urlsafe_b64encode(digest)) for digest in digests])
