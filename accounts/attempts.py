"""Limits of attempts at a password: sliding windows of failures, counted atomically.

An attempt is counted before the password is checked and given back when it succeeds,
so that only failures add up, and parallel attempts cannot pass a limit together.
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from accounts import device_tokens
from accounts.devices import Device
from accounts.models import Session, User
from core.addresses import limited_networks, network_of
from core.cached_counts import increment
from core.email_addresses import normalize_email
from core.exceptions import NotAllowed, ServiceUnavailable, Throttled

MAX_CODE_FAILURES = 10  # in a window: of a million codes three are right at a time
PARTS = 15  # counters of one window: it moves on by a fifteenth of its length


class Limit(NamedTuple):
    """At most `failures` in a window under `key`; a success forgets those under it."""

    key: str
    failures: int
    forgotten_by_success: bool = False


def sign_in_limits(email: str, device: Device, device_token: str = "") -> list[Limit]:
    """Return the limits of a sign-in, the narrowest first.

    With a valid `device_token` of the account that of the token alone.

    Per account and network. From a device that the account does not know also per
    network, which stops one password against many accounts, and per account, which
    stops many networks against one. A device that has signed in before is known:
    nobody elsewhere can lock its owner out.
    """
    if device_id := device_tokens.id_in(device_token, email):
        return [Limit(f"device:{device_id}", settings.SIGN_IN_ATTEMPTS, True)]
    account = _hash(normalize_email(email))
    network = network_of(device.address)
    limits = [Limit(f"{account}:{network}", settings.SIGN_IN_ATTEMPTS, True)]
    if Session.objects.known_device(email, device.fingerprint).exists():
        return limits
    most = settings.SIGN_IN_ATTEMPTS_PER_ADDRESS
    limits += [Limit(*pair) for pair in limited_networks(device.address, most)]
    limits.append(Limit(account, settings.SIGN_IN_ATTEMPTS_PER_ACCOUNT))
    return limits


def password_limits(user_id: int) -> list[Limit]:
    """Return the limit of guesses at the current password of someone signed in."""
    return [Limit(f"password:{user_id}", settings.SIGN_IN_ATTEMPTS, True)]


def code_limits(user_id: int, device: Device) -> list[Limit]:
    """Return the limit of guesses at the codes of an account.

    Who has the password can ask for new challenges without end, so that their attempts
    alone bound nothing. A device that has signed in before has an allowance of its own:
    nobody elsewhere can lock its owner out.
    """
    if Session.objects.known_device_of(user_id, device.fingerprint).exists():
        key = f"code:{user_id}:{device.fingerprint}"
        return [Limit(key, MAX_CODE_FAILURES, True)]
    return [Limit(f"code:{user_id}", MAX_CODE_FAILURES)]


def check_password(user: User, password: str) -> None:
    """Check the password of a user who is known already, with `password_limits`.

    Raises `Throttled` (429), and `NotAllowed` (403, `bad_credentials`) for a wrong one.
    """
    with limited(password_limits(user.pk)):
        if not user.check_password(password):
            raise NotAllowed(_("The password is wrong."), code="bad_credentials")


@contextmanager
def limited(limits: list[Limit]) -> Iterator[None]:
    """Count an attempt under every limit; give it back if the block succeeds.

    Raises `Throttled` (429) without running the block past a limit; the attempt is then
    counted under none.
    """
    part = int(time.time() // _part_seconds())
    used = []
    for limit in limits:
        used.append(limit)
        counts = _count(limit.key, part)
        if sum(counts) > limit.failures:
            # Refused attempts do not count: they would prolong the wait for ever, and
            # use up the limits of the account from one network.
            _give_back(used, part)
            raise Throttled(
                _("Too many attempts. Please wait a little."),
                retry_after=_wait(counts, limit.failures, part),
            )
    try:
        yield
    except ServiceUnavailable:
        _give_back(used, part)  # no password was checked
        raise
    _give_back(used, part)
    for limit in used:
        if limit.forgotten_by_success:
            cache.delete_many([_name(limit.key, one) for one in _window(part)])


def _window_seconds() -> int:
    return max(settings.SIGN_IN_WINDOW_MINUTES, 1) * 60


def _part_seconds() -> float:
    return _window_seconds() / PARTS


def _window(part: int) -> range:
    """The counters of the window that ends in `part`, the oldest first.

    With the next one: a request that reads the clock later may be counted earlier.
    """
    return range(part - PARTS + 1, part + 2)


def _name(key: str, part: int) -> str:
    return f"attempts:{key}:{part}"


def _count(key: str, part: int) -> list[int]:
    """Count an attempt; return the counts of the window, with it and earlier ones."""
    # Incremented first, and the new number is used: of attempts at once each has a
    # number of its own, so no more than the limit are ever checked.
    number = _add(key, part, 1)
    names = [_name(key, one) for one in _window(part)]
    found = cache.get_many(names) | {_name(key, part): number}
    # A count below 0: its key was forgotten between an attempt and its return.
    return [max(found.get(name, 0), 0) for name in names]


def _add(key: str, part: int, change: int) -> int:
    return increment(_name(key, part), change, timeout=2 * _window_seconds())


def _give_back(limits: list[Limit], part: int) -> None:
    for limit in limits:
        _add(limit.key, part, -1)


def _wait(counts: list[int], most: int, part: int) -> int:
    """The seconds until so many of `counts` are out of the window that one more fits.

    The refused attempt itself is still among them.
    """
    excess = sum(counts) - most
    index = next(i for i, left in enumerate(accumulate(counts)) if left >= excess)
    leaves_at = (part + 1 + index) * _part_seconds()
    return max(1, round(leaves_at - time.time()))


def _hash(text: str) -> str:
    # The cache holds no e-mail addresses, and the key is short.
    return hashlib.sha256(text.encode()).hexdigest()[:32]
