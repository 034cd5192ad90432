"""Hashes of before Argon2id, which take longer to check until their owner signs in."""

from django.contrib.auth.hashers import make_password
from django.utils.crypto import salted_hmac

from accounts.hashers import FormerHasher
from accounts.models import User
from core.cached import Cached

FORMER_PREFIX = f"{FormerHasher.algorithm}$"
RESOLUTION = 2**32


def _read_share() -> float:
    total = User.objects.count()
    if not total:
        return 0.0
    return User.objects.filter(password__startswith=FORMER_PREFIX).count() / total


# The part of all accounts that still have such a hash. It only falls, and slowly.
former_share = Cached(_read_share, seconds=3600)


def hash_for_nobody(address: str, password: str) -> None:
    """Take as long over `password` as an account with this address might take.

    A faster answer would tell that the address has no account. As long as some accounts
    have a former hash, the same part of the unknown addresses takes as long as those,
    and each address always the same: its time says nothing.
    """
    digest = salted_hmac("accounts.former_hashes", address, algorithm="sha256")
    place = int.from_bytes(digest.digest()[:4]) / RESOLUTION
    is_former = place < former_share.get()
    make_password(password, hasher=FormerHasher() if is_former else "default")
