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

from accounts import challenges, erasure, security_emails, tokens
from accounts.models import SecurityEvent, User
from accounts.second_factor import services as second_factor
from accounts.signals import user_suspension_changed
from audit import decisions
from audit import services as audit
from audit.decisions import Outcome
from audit.models import Decision
from core.db.locks import locked
from core.exceptions import NotAllowed, ValidationFailed, WrongStatus
from core.moderation import is_involved, sentence_for_reporters

NOTE = "note"  # the action of a note in the audit log


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
    for as long already.
    """
    user = locked(User.objects).get(pk=user.pk)
    require_may_bind(user, actor)
    before = "active"
    if user.is_suspended:
        before = "suspended"
        _require_stricter(user, until)
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
        before=before,
        after="suspended",
    )
    return user


def require_may_bind(user: User, actor: User) -> None:
    """Raise `NotAllowed` (403) unless `actor` may suspend or restrict `user`.

    Nobody does so to oneself or to whom one has reported, and only administrators to
    staff. Raises `WrongStatus` (409) for an account that is erased.
    """
    if user == actor:
        raise NotAllowed(_("You cannot suspend or restrict yourself."))
    if user.is_superuser and not actor.is_superuser:
        raise NotAllowed(_("Only an administrator may do this to an administrator."))
    if user.is_staff and not actor.is_superuser:
        raise NotAllowed(_("Only an administrator may do this to staff."))
    if is_involved(user, actor):
        raise NotAllowed(sentence_for_reporters())
    _require_not_erased(user)


def _require_stricter(user: User, until: datetime | None) -> None:
    """Raise `WrongStatus` (409) unless a suspension would become longer, or a ban."""
    present = user.suspension.until if user.suspension else None
    if present is None or (until is not None and until <= present):
        raise WrongStatus(_("This account is already suspended."))


@transaction.atomic
def restore(user: User, *, actor: User, reason: str) -> User:
    """End a suspension. The owner has to sign in again.

    Raises `WrongStatus` (409) if the account is not suspended.
    """
    user = _locked_suspended(user)
    if user.suspension is not None:
        decisions.undo(user, user.suspension, actor=actor, facts=reason)
    _end_suspension(user)
    _record_restored(user, actor, reason)
    return user


@transaction.atomic
def overturn_suspension(user: User, *, actor: User, reason: str) -> Decision:
    """Undo the present suspension, and return the decision that does.

    An earlier one that still stands binds again. Raises as `restore`.
    """
    user = _locked_suspended(user)
    assert user.suspension is not None  # the constraint of the database
    undone = user.suspension
    found = decisions.earlier(undone, (Outcome.SUSPEND, Outcome.BAN))
    decision = decisions.undo(user, undone, actor=actor, facts=reason)
    if found is None:
        _end_suspension(user)
    else:
        user.suspension = found
        user.suspended_at = found.created_at
        user.suspended_reason = found.facts[:500]
        user.save()
    _record_restored(user, actor, reason)
    return decision


def _locked_suspended(user: User) -> User:
    user = locked(User.objects).get(pk=user.pk)
    _require_not_erased(user)
    if not user.is_suspended:
        raise WrongStatus(_("This account is not suspended."))
    return user


def _record_restored(user: User, actor: User, reason: str) -> None:
    audit.record(
        user,
        actor=actor,
        action="restore",
        reason=reason,
        before="suspended",
        after="suspended" if user.is_suspended else "active",
    )


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


def sees_private_data(user: User, actor: User) -> bool:
    """Return whether the actor handles the personal data of people."""
    return actor.has_perm("accounts.view_private")


@transaction.atomic
def erase(user: User, *, actor: User, reason: str) -> User:
    """Delete an account at the request of its owner, who may keep it for some days.

    Raises `NotAllowed` (403) for who does not handle personal data and for accounts of
    staff, `AccountInUse` (409) while somebody waits for the owner, and `WrongStatus`
    (409) if it is deleted already.
    """
    if not sees_private_data(user, actor) or user.is_staff:
        raise NotAllowed(_("You do not have permission to do this."))
    if user.erasure_due_at is not None:
        raise WrongStatus(_("This account is already deleted."))
    user = erasure.schedule(user)
    audit.record(user, actor=actor, action="erase", reason=reason)
    return user


@transaction.atomic
def add_note(user: User, *, actor: User, reason: str) -> User:
    """Keep a note about a person, for staff alone; return the person."""
    audit.record(user, actor=actor, action=NOTE, reason=reason)
    return user
