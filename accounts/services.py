"""Registration, sign-in, passwords, profiles and the counters of a user."""

import re
from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework_simplejwt.settings import api_settings

from accounts import (
    attempts,
    challenges,
    confirmation,
    erasure,
    names,
    security_emails,
    sign_ins,
    tokens,
)
from accounts.devices import Device
from accounts.former_hashes import former_share, hash_for_nobody
from accounts.models import Challenge, SecurityEvent, Session, User
from accounts.sign_in_methods import has_sign_in_besides_phone
from accounts.signals import profile_checked, profile_saved, user_registered
from accounts.terms import services as terms
from accounts.traders import services as traders
from core.db import shared_queries
from core.db.checked import save_checked, values_of
from core.db.locks import locked
from core.email_addresses import normalize_email
from core.exceptions import DomainError, NotAllowed, NotSignedIn, WrongStatus
from market import switches
from market.registry import REGISTRATION_OPEN
from uploads import services as uploads

PICTURE_FIELDS = ("avatar_url", "profile_picture_url")


class AlreadyTaken(DomainError):
    """Another user has this username or e-mail address (409)."""

    code = "taken"


def check_password(password: str, user: User, field: str = "password") -> None:
    """Run the password validators; raise `serializers.ValidationError` for `field`."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise serializers.ValidationError({field: error.messages}) from error


@transaction.atomic
def register(
    *,
    username: str,
    email: str,
    password: str,
    terms_version: str = "",
    **fields: str,
) -> User:
    """Create a user, send `user_registered`, and return the user.

    The address gets the confirmation e-mail. Raises `SwitchedOff` (403), `AlreadyTaken`
    (409) for a username or e-mail address in use, and `serializers.ValidationError`
    (400) for a weak password and a name that imitates the site.
    """
    switches.require(REGISTRATION_OPEN)
    user = User(username=username, email=normalize_email(email), **fields)
    user.email_confirmed = False
    names.refuse_imitations(user)
    check_password(password, user)
    _refuse_taken(user)
    user.set_password(password)
    try:
        # The check above can pass in two requests at once: the unique constraint then
        # refuses the second. The savepoint keeps this transaction usable for queries.
        with transaction.atomic():
            save_checked(user, checked=profile_checked, saved=profile_saved)
    except IntegrityError as error:
        _refuse_taken(user)
        raise AlreadyTaken(_("This username or e-mail address is taken.")) from error
    if terms_version:
        terms.accept(user, terms_version)
    user_registered.send(sender=User, user=user)
    confirmation.send(user)
    return user


def refuse_taken_username(username: str) -> None:
    """Raise `AlreadyTaken` (409) if somebody has this username, in any case."""
    if User.objects.named(username).exists():
        sentence = _("This username is taken.")
        raise AlreadyTaken(sentence, code="username_taken", field="username")


def is_address_taken(email: str, *, but_of: User | None = None) -> bool:
    """Return whether another account has this address, or may restore it.

    A changed address stays reserved while the link in it is good: nobody else
    registers it meanwhile.
    """
    others = User.objects.filter(email=email)
    reserved = Challenge.objects.filter(
        challenges.is_open(timezone.now()),
        address=normalize_email(email),
        purpose=Challenge.Purpose.EMAIL_REVERT,
    )
    if but_of is not None:
        others, reserved = others.exclude(pk=but_of.pk), reserved.exclude(user=but_of)
    return others.exists() or reserved.exists()


def _refuse_taken(user: User) -> None:
    refuse_taken_username(user.username)
    if is_address_taken(str(user.email)):
        sentence = _("This e-mail address is taken.")
        raise AlreadyTaken(sentence, code="email_taken", field="email")


def sign_in(
    *, email: str, password: str, device: Device, device_token: str = ""
) -> User:
    """Return the user with this e-mail address and password.

    Raises `Throttled` (429) after too many failures (`attempts.sign_in_limits`),
    `NotSignedIn` (401) for wrong credentials and `NotAllowed` (403) for an account that
    is suspended or deleted (`erasure.refusal`).
    """
    with attempts.limited(attempts.sign_in_limits(email, device, device_token)):
        user = _authenticate(email, password, device)
        if not user.is_active:
            raise erasure.refusal(user)
        return user


def find_leaving(
    *, email: str, password: str, device: Device, device_token: str = ""
) -> User:
    """Return the user with these credentials, whose account can be kept.

    Limited as a sign-in, and raises as `sign_in` for wrong credentials; raises as
    `erasure.require_leaving` for an account that is not deleted.
    """
    with attempts.limited(attempts.sign_in_limits(email, device, device_token)):
        user = _authenticate(email, password, device)
    erasure.require_leaving(user)
    return user


def _authenticate(email: str, password: str, device: Device) -> User:
    former_share.get()  # read for every address: a query more would tell, too
    rows = User.objects.select_related("totp")  # whether a code has to follow
    user = rows.filter(email=normalize_email(email)).first()
    if user is None:
        hash_for_nobody(normalize_email(email), password)
    if user is None or not user.check_password(password):
        sign_ins.note_failure(user, device)
        raise NotSignedIn(_("Wrong e-mail or password."), code="bad_credentials")
    return user


def change_password(
    user: User,
    *,
    current: str,
    new: str,
    device: Device | None = None,
    method: str = Session.Method.PASSWORD,
) -> dict[str, str]:
    """Set a new password, end every session, and return the tokens of a new one.

    `method` is how the person has just proved who they are.

    Raises `Throttled` (429) after too many attempts, `NotAllowed` (403) for a wrong
    `current` password and `serializers.ValidationError` (400) for a weak new one.
    """
    # Limited like sign-in: with a stolen token one could guess the password here.
    with attempts.limited(attempts.password_limits(user.pk)):
        return _change_password(user, current, new, device, method)


@transaction.atomic
def _change_password(
    user: User, current: str, new: str, device: Device | None, method: str
) -> dict[str, str]:
    user = locked(User.objects).get(pk=user.pk)
    if not user.check_password(current):
        raise NotAllowed(_("The current password is wrong."), code="bad_credentials")
    check_password(new, user, field="new_password")
    user.set_password(new)
    user.save(update_fields=["password", "updated_at"])
    tokens.end_sessions(user.sessions.all(), of=user.pk, reason="password changed")
    challenges.close_pending(user)
    security_emails.record_and_send(user, SecurityEvent.Type.PASSWORD_CHANGED, device)
    return tokens.open_session(user, device, method=method)


@transaction.atomic
def update_profile(user: User, *, changes: dict[str, Any]) -> User:
    """Write `changes` (field names to values) to the profile; return the saved user.

    A new phone number has to be verified again. Raises `NotFound` (404) for a picture
    that is not an upload of the user, `serializers.ValidationError` (400) for a name
    that imitates the site, `ValidationFailed` (400) for an incomplete trader, and what
    a receiver of `profile_checked` raises.
    """
    changes = dict(changes)
    user = locked(User.objects).get(pk=user.pk)
    before = [getattr(user, name) for name in PICTURE_FIELDS]
    _change_phone(user, changes)
    if {"seller_type", "trader"} & set(changes):
        traders.save(
            user,
            seller_type=changes.pop("seller_type", user.seller_type),
            details=changes.pop("trader", None),
        )
    words = values_of(user, changes)
    for name, value in changes.items():
        setattr(user, name, value)
    if {"first_name", "last_name"} & set(changes):
        names.refuse_imitation(user, "first_name", "last_name")
    for name in PICTURE_FIELDS:
        setattr(user, name, uploads.to_site_path(getattr(user, name)))
    uploads.replace_uploads(
        owner=user,
        before=before,
        after=[getattr(user, name) for name in PICTURE_FIELDS],
    )
    save_checked(user, checked=profile_checked, saved=profile_saved, before=words)
    return user


def loses_number(user: User, changes: dict[str, Any]) -> bool:
    """Return whether `changes` replace or remove the verified number of `user`.

    It is a way to sign in: the caller then needs a recent confirmation.
    """
    phone = changes.get("phone", user.phone)
    return user.phone_verified and _compact(phone) != user.phone


def _compact(phone: str) -> str:
    return re.sub(r"[ ()./-]", "", phone)


def _change_phone(user: User, changes: dict[str, Any]) -> None:
    """Let a new number be unverified; a verified one in another spelling stays.

    Raises `WrongStatus` (409) if the person signs in by the number alone.
    """
    phone = changes.get("phone", user.phone)
    if not user.phone_verified or phone == user.phone:
        return
    if _compact(phone) == user.phone:
        del changes["phone"]
        return
    if not has_sign_in_besides_phone(user):
        sentence = _("Set a password or an e-mail address first.")
        raise WrongStatus(sentence, code="last_sign_in_method", field="phone")
    user.phone_verified, user.phone_used_at = False, None
    security_emails.record_and_send(user, SecurityEvent.Type.PHONE_REMOVED)


def get_locked(user_id: int) -> User:
    """Return the current row of a user, locked until the transaction ends.

    Locks are taken in this order: task, its applications, people, conversation. A
    suspension and a block lock people first and no task, so none waits for another.
    """
    return locked(User.objects).get(pk=user_id)


def lock(user_id: int) -> None:
    """Lock the row of a user until the transaction ends.

    Without it two transactions could both count, and the second would write a count
    that lacks the row of the first.
    """
    found = shared_queries.rows(
        "accounts.lock",
        lambda pk: locked(User.objects).filter(pk=pk).values_list("pk"),
        pk=user_id,
    )
    if not found:
        raise User.DoesNotExist


def set_rating(
    user_id: int, *, average: float | None, count: int, deal_count: int
) -> None:
    """Write the mean rating (1 to 5, None without reviews) and the numbers of reviews.

    Call `lock` before computing them.
    """
    User.objects.filter(pk=user_id).update(
        average_rating=average or 0,
        reviews_count=count,
        deal_reviews_count=deal_count,
    )


def set_task_counts(
    user_id: int, *, completed: int, failed: int, given_back: int
) -> None:
    """Write a worker's numbers of completed, failed and returned tasks.

    Call `lock` before counting them.
    """
    User.objects.filter(pk=user_id).update(
        tasks_completed=completed,
        tasks_failed=failed,
        tasks_given_back=given_back,
    )


@transaction.atomic
def set_response_times(minutes: dict[int, int]) -> int:
    """Write the response times by the id of the user; of all others, none.

    Returns how many users have another one than before.
    """
    known = User.objects.filter(response_time_minutes__isnull=False)
    before = dict(known.values_list("pk", "response_time_minutes"))
    gone = before.keys() - minutes.keys()
    changed = {pk: time for pk, time in minutes.items() if before.get(pk) != time}
    User.objects.filter(pk__in=gone).update(response_time_minutes=None)
    for user_id, time in changed.items():
        User.objects.filter(pk=user_id).update(response_time_minutes=time)
    return len(gone) + len(changed)


def expired_sessions(*, at: datetime) -> QuerySet[Session]:
    """Return the sessions whose last token has expired by `at`."""
    # An open session may have been refreshed since `oldest`. Its tokens are not linked
    # to it in the database, so any unexpired token of the user keeps it.
    oldest = at - api_settings.REFRESH_TOKEN_LIFETIME
    return Session.objects.filter(created_at__lt=oldest).exclude(
        ended_at=None, user__outstandingtoken__expires_at__gt=at
    )
