"""What happens to people: they join, sign in, are suspended, are rated."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts import tokens
from accounts.fields import canonical_email
from accounts.models import Session, User
from accounts.signals import user_registered, user_suspension_changed
from audit import services as audit
from core.api.throttling import consume, reset
from core.db.locks import locked
from core.exceptions import DomainError, NotAllowed, NotSignedIn, WrongStatus
from uploads import services as uploads

PICTURES = ("avatar_url", "profile_picture_url")


class Taken(DomainError):
    code = "taken"


def check_password(password: str, user: User, field: str = "password") -> None:
    """Hold a new password to the validators; the sentences say how to mend it."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise serializers.ValidationError({field: error.messages}) from error


@transaction.atomic
def register(*, username: str, email: str, password: str, **fields) -> User:
    """Add a person. Raises `Taken` (409) for a username or e-mail that somebody has."""
    user = User(username=username, email=canonical_email(email), **fields)
    check_password(password, user)
    _refuse_taken(user)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:  # somebody was quicker
        _refuse_taken(user)
        raise Taken(_("This name or e-mail is taken.")) from error
    user_registered.send(sender=User, user=user)
    return user


def _refuse_taken(user: User) -> None:
    if User.objects.named(user.username).exists():
        raise Taken(_("This username is taken."), code="username_taken")
    if User.objects.filter(email=user.email).exists():
        raise Taken(_("This e-mail address is taken."), code="email_taken")


def sign_in(*, email: str, password: str, address: str) -> User:
    """The person with this e-mail and password.

    `address` is the caller's network address. Unknown addresses take as long as known
    ones, and every attempt is counted before it is evaluated. Raises `Throttled` (429),
    `NotSignedIn` (401), and `NotAllowed` (403) for a suspended person.
    """
    key = _attempts_key(email, address)
    window = settings.SIGN_IN_WINDOW_MINUTES * 60
    consume(key, settings.SIGN_IN_ATTEMPTS, window)
    user = User.objects.filter(email=canonical_email(email)).first()
    if user is None:
        make_password(password)  # as slow as checking one
    if user is None or not user.check_password(password):
        raise NotSignedIn(_("Wrong e-mail or password."), code="bad_credentials")
    if not user.is_active:
        raise NotAllowed(_("This account is suspended."), code="suspended")
    reset(key, window)
    return user


def _attempts_key(email: str, address: str) -> str:
    who = hashlib.sha256(canonical_email(email).encode()).hexdigest()[:32]
    return f"sign-in:{who}:{address}"


def change_password(user: User, *, current: str, new: str) -> dict[str, str]:
    """Set a new password, end every sign-in, and open one with the new password.

    Guesses at the current one are counted like those at the door.
    """
    key, window = f"password:{user.pk}", settings.SIGN_IN_WINDOW_MINUTES * 60
    consume(key, settings.SIGN_IN_ATTEMPTS, window)
    pair = _changed_password(user, current, new)
    reset(key, window)
    return pair


@transaction.atomic
def _changed_password(user: User, current: str, new: str) -> dict[str, str]:
    user = locked(User.objects).get(pk=user.pk)
    if not user.check_password(current):
        raise NotAllowed(_("The current password is wrong."), code="bad_credentials")
    check_password(new, user, field="new_password")
    user.set_password(new)
    user.save(update_fields=["password", "updated_at"])
    tokens.end_sessions(user.sign_ins.all(), of=user.pk, because="password changed")
    return tokens.open_session(user)


@transaction.atomic
def update_profile(user: User, *, changes: dict) -> User:
    """Write the changes a person made to the own profile."""
    user = locked(User.objects).get(pk=user.pk)
    before = [getattr(user, name) for name in PICTURES]
    if changes.get("phone", user.phone) != user.phone:
        user.phone_verified = False
    for name, value in changes.items():
        setattr(user, name, value)
    for name in PICTURES:
        setattr(user, name, uploads.our_path(getattr(user, name)))
    uploads.exchange_ours(
        owner=user, before=before, after=[getattr(user, name) for name in PICTURES]
    )
    user.save()
    return user


@transaction.atomic
def suspend(user: User, *, actor: User, reason: str) -> User:
    """Shut a person out at once: no sign-in, no token, nothing of theirs shown."""
    user = locked(User.objects).get(pk=user.pk)
    if user == actor:
        raise NotAllowed(_("You cannot suspend yourself."))
    if user.is_superuser and not actor.is_superuser:
        raise NotAllowed(_("Only an administrator may suspend an administrator."))
    if not user.is_active:
        raise WrongStatus(_("This person is suspended already."))
    user.is_active = False
    user.suspended_at = timezone.now()
    user.suspended_reason = reason
    user.save()
    tokens.end_sessions(user.sign_ins.all(), of=user.pk, because="suspended")
    user_suspension_changed.send(sender=User, user=user)
    audit.record(
        user,
        actor=actor,
        action="suspend",
        reason=reason,
        before="active",
        after="suspended",
    )
    return user


@transaction.atomic
def restore(user: User, *, actor: User, reason: str) -> User:
    """Let a suspended person back in; they sign in anew."""
    user = locked(User.objects).get(pk=user.pk)
    if user.is_active:
        raise WrongStatus(_("This person is not suspended."))
    user.is_active = True
    user.suspended_at = None
    user.suspended_reason = ""
    user.save()
    user_suspension_changed.send(sender=User, user=user)
    audit.record(
        user,
        actor=actor,
        action="restore",
        reason=reason,
        before="suspended",
        after="active",
    )
    return user


@transaction.atomic
def verify(user: User, *, actor: User, reason: str) -> User:
    """Mark that staff have checked who this person is."""
    user = locked(User.objects).get(pk=user.pk)
    if user.is_verified:
        raise WrongStatus(_("This person is verified already."))
    user.is_verified = True
    user.save(update_fields=["is_verified", "updated_at"])
    audit.record(user, actor=actor, action="verify", reason=reason, after="verified")
    return user


@transaction.atomic
def set_password(user: User, *, actor: User, password: str, reason: str) -> User:
    """Give somebody a new password and end their sign-ins. Administrators only."""
    user = locked(User.objects).get(pk=user.pk)
    if not actor.is_superuser:
        raise NotAllowed(_("Only an administrator may set a password."))
    user.set_password(password)
    user.save(update_fields=["password", "updated_at"])
    tokens.end_sessions(user.sign_ins.all(), of=user.pk, because="password changed")
    audit.record(user, actor=actor, action="set-password", reason=reason)
    return user


def lock(user_id: int) -> None:
    """Take a person's row lock, so that counts read next stay true until commit."""
    locked(User.objects).only("pk").get(pk=user_id)


def set_rating(user_id: int, *, average: float | None, count: int) -> None:
    """Write the mean rating (None without reviews). Call `lock` before counting."""
    User.objects.filter(pk=user_id).update(
        average_rating=average or 0, reviews_count=count
    )


def set_task_counts(user_id: int, *, completed: int, failed: int) -> None:
    """Write how many tasks a worker did. Call `lock` before counting them."""
    User.objects.filter(pk=user_id).update(
        tasks_completed=completed, tasks_failed=failed
    )


def stale_sessions(*, at: datetime) -> QuerySet:
    """Sign-ins whose last token has expired by `at`."""
    oldest = at - settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]
    return Session.objects.filter(created_at__lt=oldest).exclude(
        ended_at=None, user__outstandingtoken__expires_at__gt=at
    )


def sweep_sessions(*, at: datetime) -> int:
    """Forget stale sign-ins; return how many."""
    gone, _rows = stale_sessions(at=at).delete()
    return gone
