"""Leave, and come back: an account that its owner deletes, until it is erased.

`privacy.erasure` erases it when the grace period is over. Until then it is hidden as
the account of a suspended person is, and its owner may keep it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import attempts, reauthentication, security_log, tokens
from accounts.authentication import SignedInRequest
from accounts.devices import Device, device_of
from accounts.models import User
from core.db.locks import locked
from core.exceptions import DomainError, NotAllowed, WrongStatus
from core.privacy import reasons_to_stay
from jobs.mail import AUTOMATIC
from jobs.services import enqueue_mail

SALT = "accounts.erasure"
Event = security_log.Type


class AccountInUse(DomainError):
    """Somebody waits for this person (409); `reasons` says for what."""

    code = "account_in_use"


def require_identity(request: SignedInRequest, password: str) -> None:
    """Check that it is the owner who deletes the account.

    By the password, else by a recent confirmation; with a second factor by that.
    Raises `Throttled` (429) after too many attempts, `NotAllowed` (403,
    `bad_credentials`) for a wrong password and `ConfirmationRequired` (403).
    """
    if not password:
        reauthentication.require_recent(request)
        return
    reauthentication.require_more_than_password(request)
    # Limited like sign-in: with a stolen token one could guess the password here.
    with attempts.limited(attempts.password_limits(request.user.pk)):
        if not request.user.check_password(password):
            sentence = _("The current password is wrong.")
            raise NotAllowed(sentence, code="bad_credentials")


def delete_account(request: SignedInRequest, *, password: str = "") -> User:
    """Begin the grace period of the caller's account; return the account.

    Raises as `require_identity` and `schedule`.
    """
    require_identity(request, password)
    return schedule(request.user, device=device_of(request))


@transaction.atomic
def schedule(
    user: User, *, at: datetime | None = None, device: Device | None = None
) -> User:
    """Hide an account, end its sessions, and set when it is erased. Idempotent.

    Raises `AccountInUse` (409) while somebody waits for this person.
    """
    # Locked: who accepts this person for a task in this moment either comes first, and
    # is found below, or waits and finds the account inactive.
    user = locked(User.objects).get(pk=user.pk)
    if user.erasure_due_at is not None:
        return user
    if reasons := reasons_to_stay(user):
        raise AccountInUse(
            " ".join(reason.sentence for reason in reasons),
            extra={"reasons": [vars(reason) for reason in reasons]},
        )
    grace = timedelta(days=settings.ERASURE_GRACE_DAYS)
    user.is_active = False
    user.erasure_due_at = at or timezone.now() + grace
    user.save(update_fields=["is_active", "erasure_due_at", "updated_at"])
    tokens.end_sessions(user.sessions.all(), of=user.pk, reason="account deleted")
    security_log.record(user, Event.ERASURE_REQUESTED, device)
    _send(user)
    return user


def refusal(user: User) -> NotAllowed:
    """Return why this account, which is not active, may not sign in (403)."""
    if user.is_leaving and not user.is_suspended:
        return NotAllowed(
            _("You have deleted this account. You can keep it until %(date)s.")
            % {"date": _written(user)},
            code="erasure_scheduled",
            extra={"keep_until": user.erasure_due_at},
        )
    return NotAllowed(_("This account is suspended."), code="suspended")


def require_leaving(user: User) -> None:
    """Check that the account can be kept.

    Raises `WrongStatus` (409) if it is not deleted, or is erased already, and
    `NotAllowed` (403) if staff have suspended it.
    """
    if user.is_suspended:
        raise refusal(user)
    due_at = user.erasure_due_at
    if due_at is None or due_at <= timezone.now() or user.erased_at is not None:
        raise WrongStatus(
            _("This account is not about to be deleted."), code="not_scheduled"
        )


def keep(user: User, *, device: Device | None = None) -> User:
    """Make an account as it was before it was deleted; return it.

    Raises as `require_leaving`.
    """
    require_leaving(user)
    # Compare-and-set: the erasure begins when the time is over, and from then on this
    # finds no row.
    due = User.objects.filter(
        pk=user.pk,
        erasure_due_at__gt=timezone.now(),
        erased_at=None,
        suspended_at=None,
    )
    with transaction.atomic():
        kept = due.update(
            is_active=True, erasure_due_at=None, updated_at=timezone.now()
        )
        user.refresh_from_db()
        if not kept:
            require_leaving(user)
        security_log.record(user, Event.ERASURE_CANCELLED, device)
    return user


# --- The e-mail and its link ----------------------------------------------------------


def url_for(user: User) -> str:
    """Return the absolute URL of the page that keeps the account."""
    token = signing.dumps([user.pk, _iso(user)], salt=SALT, compress=True)
    return f"{settings.SITE_URL}{reverse('keep-account', args=[token])}"


def find(token: str) -> User | None:
    """Return the user whose account the token keeps.

    None for a token that is forged, of an earlier deletion, too late, or of a suspended
    user. The token works for nothing else: its salt is its own.
    """
    try:
        user_id, due_at = signing.loads(token, salt=SALT)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    user = User.objects.filter(pk=user_id, erased_at=None, suspended_at=None).first()
    if user is None or user.erasure_due_at is None:
        return None
    is_current = _iso(user) == due_at and user.erasure_due_at > timezone.now()
    return user if is_current else None


def _send(user: User) -> None:
    """Queue the e-mail that says until when the account can be kept."""
    if user.email is None or not user.email_confirmed:
        return  # it may be a stranger's address
    enqueue_mail(f"erasure:{user.pk}:{_iso(user)}", **email_to(user), is_secret=True)


def email_to(user: User) -> dict[str, Any]:
    """Return the arguments of `enqueue_mail` but the key, in the language of `user`."""
    with override(user.language):
        context = {
            "site": settings.SITE_NAME,
            "url": url_for(user),
            "date": _written(user),
        }
        return {
            "to": user.email,
            "subject": _("Your account will be deleted"),
            "text": render_to_string("accounts/erasure.txt", context),
            "headers": AUTOMATIC,
        }


def _iso(user: User) -> str:
    return user.erasure_due_at.isoformat() if user.erasure_due_at else ""


def _written(user: User) -> str:
    due_at = user.erasure_due_at or timezone.now()
    return date_format(timezone.localtime(due_at), "DATETIME_FORMAT")
