"""Codes and links: made, sent by others, and checked by compare-and-set.

`create` returns a challenge and its secret, which is stored nowhere. `check` spends one
attempt before it compares, and `use` closes the challenge for everybody else.
"""

import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts.models import Challenge, User
from accounts.models.challenge import new_key
from core.exceptions import DomainError, ValidationFailed

CODE_DIGITS = 6
CODE_LIFETIME = timedelta(minutes=10)
CODE_ATTEMPTS = 5
TOKEN_BYTES = 32
KEY_CHARS = 22  # of `Challenge.key`
TOKEN = re.compile(r"[\w-]{65}", re.ASCII)  # the key and the secret of a link
SALT = "accounts.challenges"


class CodeWrong(ValidationFailed):
    """The code is wrong (400); `attempts_left` says how many more may be tried."""

    code = "code_wrong"


class CodeExpired(ValidationFailed):
    """The challenge is unknown, for something else, expired, used or replaced (400)."""

    code = "code_expired"


class CodeBurned(DomainError):
    """No attempts are left (429): a new code has to be asked for."""

    status = 429
    code = "code_burned"


@transaction.atomic
def create(
    purpose: str,
    *,
    secret: str,
    key: str = "",
    user: User | None = None,
    address: str = "",
    network: str = "",
    data: dict[str, Any] | None = None,
    lifetime: timedelta = CODE_LIFETIME,
    attempts: int = CODE_ATTEMPTS,
    replaces: bool = True,
) -> Challenge:
    """Store a challenge that `secret` answers; it replaces earlier ones.

    Those are the open ones of the same purpose, user and address; none without
    `replaces`. `secret` is a `new_code()` or a `new_token_secret()`, or empty where a
    device is asked. `key` is given by callers who have named the message before.
    """
    now = timezone.now()
    if replaces:
        same = Challenge.objects.filter(purpose=purpose, user=user, address=address)
        same.filter(is_open(now)).update(expires_at=now)
    challenge = Challenge(
        key=key or new_key(),
        purpose=purpose,
        user=user,
        address=address,
        network=network,
        data=data or {},
        attempts_left=attempts,
        created_at=now,
        expires_at=now + lifetime,
    )
    challenge.secret_hash = _hash(challenge, secret) if secret else ""
    challenge.save(force_insert=True)
    return challenge


def new_code() -> str:
    """Return six random digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def new_token_secret() -> str:
    """Return the secret half of a token for a link, 43 characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_of(challenge: Challenge, secret: str) -> str:
    """Return what a link contains: the key of the challenge and its secret."""
    return f"{challenge.key}{secret}"


def check(
    key: str, secret: str, *, purposes: Iterable[str], user: User | None = None
) -> Challenge:
    """Return the open challenge that `secret` answers, having spent one attempt.

    Call it outside of a transaction: a rollback would give the attempt back. Raises
    `CodeExpired` and `CodeWrong` (400), and `CodeBurned` (429).
    """
    challenge = find(key, purposes=purposes, user=user)
    spend(challenge)
    if not constant_time_compare(challenge.secret_hash, _hash(challenge, secret)):
        raise wrong(challenge)
    return challenge


def find(key: str, *, purposes: Iterable[str], user: User | None = None) -> Challenge:
    """Return the challenge of one of these purposes and of `user`, open or not.

    Raises `CodeExpired` (400).
    """
    rows = Challenge.objects.filter(key=key, purpose__in=list(purposes), user=user)
    challenge = rows.first()
    if challenge is None:
        raise expired()
    return challenge


def find_for_sign_in(key: str, *, purpose: str) -> Challenge:
    """Return the challenge of this purpose, open or not, with its user and their app.

    Nobody is signed in yet, so it may be of anybody. Raises `CodeExpired` (400).
    """
    rows = Challenge.objects.select_related("user__totp")
    challenge = rows.filter(key=key, purpose=purpose).first()
    if challenge is None:
        raise expired()
    return challenge


def spend(challenge: Challenge) -> None:
    """Spend an attempt, before anything is compared.

    Raises `CodeExpired` (400) if the challenge is not open, and `CodeBurned` (429) if
    no attempts are left. Sets `attempts_left` to a number that is not too low.
    """
    # Compare-and-set: of a hundred requests at once as many change the row as there are
    # attempts. Comparing first would let all of them guess.
    open_rows = Challenge.objects.filter(is_open(timezone.now()), pk=challenge.pk)
    is_spent = open_rows.filter(attempts_left__gt=0).update(
        attempts_left=F("attempts_left") - 1
    )
    challenge.refresh_from_db(fields=["attempts_left", "used_at", "expires_at"])
    if is_spent:
        return
    if challenge.attempts_left == 0 and challenge.expires_at > timezone.now():
        raise CodeBurned(_("Too many wrong codes. Please ask for a new one."))
    raise expired()


def wrong(challenge: Challenge) -> CodeWrong:
    """Return the error for a wrong answer, with the attempts that are left."""
    left = {"attempts_left": challenge.attempts_left}
    return CodeWrong(_("The code is wrong."), field="code", extra=left)


def use(challenge: Challenge) -> None:
    """Close the challenge in the transaction of its effect; once.

    Raises `CodeExpired` (400) if another request was faster.
    """
    # Compare-and-set: two requests with the right code have one effect.
    rows = Challenge.objects.filter(is_open(timezone.now()), pk=challenge.pk)
    if not rows.update(used_at=timezone.now()):
        raise expired()


def find_by_token(token: str, *, purpose: str) -> Challenge | None:
    """Return the open challenge of a link with its user, or None. Spends no attempt.

    A token has 256 random bits: nobody guesses one.
    """
    if not TOKEN.fullmatch(token):  # PostgreSQL takes no NUL in a text
        return None
    key, secret = token[:KEY_CHARS], token[KEY_CHARS:]
    rows = Challenge.objects.filter(is_open(timezone.now()), key=key, purpose=purpose)
    challenge = rows.select_related("user").first()
    if challenge is None:
        return None
    is_right = constant_time_compare(challenge.secret_hash, _hash(challenge, secret))
    return challenge if is_right else None


def close_all(user: User, *purposes: str) -> None:
    """Expire the open challenges of a user, of these purposes or of all."""
    now = timezone.now()
    rows = Challenge.objects.filter(is_open(now), user=user)
    if purposes:
        rows = rows.filter(purpose__in=purposes)
    rows.update(expires_at=now)


def close_pending(user: User) -> None:
    """Expire what was begun before the credentials changed.

    Not the way back to a former address: who has taken the account over must not close
    it.
    """
    kept = Challenge.Purpose.EMAIL_REVERT
    close_all(user, *(one for one in Challenge.Purpose.values if one != kept))


def close_newer(challenge: Challenge) -> None:
    """Expire the open challenges of the same purpose and user that are newer.

    Older ones stay: who has taken an account over must not close them by one of theirs.
    """
    now = timezone.now()
    rows = Challenge.objects.filter(user=challenge.user, purpose=challenge.purpose)
    rows.filter(is_open(now), pk__gt=challenge.pk).update(expires_at=now)


def is_open(at: datetime) -> Q:
    """Return the condition of challenges that are neither used nor expired."""
    return Q(used_at=None, expires_at__gt=at)


def _hash(challenge: Challenge, secret: str) -> str:
    """The keyed hash of the secret, for this person, address and purpose alone."""
    bound = (challenge.key, challenge.purpose, challenge.user_id, challenge.address)
    text = "\0".join(map(str, (*bound, secret)))
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()


def expired() -> CodeExpired:
    """Return the error for a challenge that is not open, or not any more."""
    sentence = _("This code is no longer valid. Please ask for a new one.")
    return CodeExpired(sentence)
