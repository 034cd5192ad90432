"""Actions of staff on accounts: suspend, restore, verify, reset credentials.

Each function locks the account, changes it and writes an audit log entry, in one
transaction. `actor` is the member of staff, `reason` a sentence for the log.
"""

from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import challenges, security_emails, tokens
from accounts.models import SecurityEvent, User
from accounts.second_factor import services as second_factor
from accounts.signals import user_suspension_changed
from audit import decisions
from audit import services as audit
from audit.decisions import Outcome
from core.db.locks import locked
from core.exceptions import NotAllowed, ValidationFailed, WrongStatus


@transaction.atomic
def suspend(
    user: User,
    *,
    actor: User,
    reason: str,
    until: datetime | None = None,
    **grounds: Any,
) -> User:
    """Suspend an account: end its sessions and hide what its owner posted.

    Without `until` it is a ban. `grounds` are further fields of the decision:
    `audit.decisions.decide`. Raises `NotAllowed` (403) for oneself, and for an
    administrator when the actor is none; `WrongStatus` (409) if it is suspended
    already.
    """
    user = locked(User.objects).get(pk=user.pk)
    if user == actor:
        raise NotAllowed(_("You cannot suspend yourself."))
    if user.is_superuser and not actor.is_superuser:
        raise NotAllowed(_("Only an administrator may suspend an administrator."))
    if user.is_staff and not actor.is_superuser:
        raise NotAllowed(_("Only an administrator may suspend staff."))
    _require_not_erased(user)
    if user.is_suspended:
        raise WrongStatus(_("This account is already suspended."))
    user.is_active = False
    user.suspended_at = timezone.now()
    user.suspended_reason = reason[:500]
    user.suspension = decisions.decide(
        user,
        person=user,
        outcome=Outcome.SUSPEND if until else Outcome.BAN,
        actor=actor,
        facts=reason,
        until=until,
        **grounds,
    )
    user.save()
    tokens.end_sessions(user.sessions.all(), of=user.pk, reason="suspended")
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
    """End a suspension. The owner has to sign in again.

    Raises `WrongStatus` (409) if the account is not suspended.
    """
    user = locked(User.objects).get(pk=user.pk)
    _require_not_erased(user)
    if not user.is_suspended:
        raise WrongStatus(_("This account is not suspended."))
    if user.suspension is not None:
        decisions.undo(user, user.suspension, actor=actor, facts=reason)
    _end_suspension(user)
    audit.record(
        user,
        actor=actor,
        action="restore",
        reason=reason,
        before="suspended",
        after="active",
    )
    return user


def _end_suspension(user: User) -> None:
    user.is_active = not user.is_leaving  # a deleted account is kept by its owner alone
    user.suspended_at = None
    user.suspended_reason = ""
    user.suspension = None
    user.save()
    user_suspension_changed.send(sender=User, user=user)


def suspensions_over(at: datetime) -> QuerySet[User]:
    """Return the people whose suspension is over at `at`."""
    return User.objects.filter(
        is_active=False, suspension__until__lte=at, erased_at=None
    )


def end_suspensions(at: datetime) -> int:
    """End the suspensions whose time is over at `at`; return how many.

    Nothing is decided by that: the decision named the time.
    """
    over = suspensions_over(at)
    ended = 0
    for pk in over.values_list("pk", flat=True):
        with transaction.atomic():
            # The condition again, under the lock: staff may have decided meanwhile.
            user = locked(over, of=("self",)).filter(pk=pk).first()
            if user is not None:
                _end_suspension(user)
                ended += 1
    return ended


def _require_not_erased(user: User) -> None:
    if user.erased_at is not None:
        raise WrongStatus(_("This account is erased."))


@transaction.atomic
def verify(user: User, *, actor: User, reason: str) -> User:
    """Mark that staff have checked the identity of the owner.

    Raises `WrongStatus` (409) if they have already.
    """
    user = locked(User.objects).get(pk=user.pk)
    if user.is_verified:
        raise WrongStatus(_("This user is already verified."))
    user.is_verified = True
    user.save(update_fields=["is_verified", "updated_at"])
    audit.record(user, actor=actor, action="verify", reason=reason, after="verified")
    return user


@transaction.atomic
def set_password(user: User, *, actor: User, password: str, reason: str) -> User:
    """Set a new password and end the sessions of the account.

    Raises `NotAllowed` (403) unless the actor is an administrator, and
    `ValidationFailed` (400) for a weak password.
    """
    user = locked(User.objects).get(pk=user.pk)
    if not actor.is_superuser:
        raise NotAllowed(_("Only an administrator may set a password."))
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationFailed(" ".join(error.messages)) from error
    user.set_password(password)
    user.save(update_fields=["password", "updated_at"])
    tokens.end_sessions(user.sessions.all(), of=user.pk, reason="password changed")
    challenges.close_pending(user)
    event = SecurityEvent.Type.PASSWORD_CHANGED
    security_emails.record_and_send(user, event, where="admin")
    audit.record(user, actor=actor, action="set-password", reason=reason)
    return user


@transaction.atomic
def reset_second_factor(user: User, *, actor: User, reason: str) -> User:
    """Remove authenticator app and recovery codes, and end the sessions of the account.

    Its owner is notified by e-mail. Raises `WrongStatus` (409) if there is nothing to
    remove.
    """
    user = locked(User.objects).get(pk=user.pk)
    second_factor.reset(user)
    audit.record(user, actor=actor, action="reset-second-factor", reason=reason)
    return user
