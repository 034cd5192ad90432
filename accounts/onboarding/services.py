"""Completes a registration, once."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import names
from accounts.models import User
from accounts.services import AlreadyTaken, refuse_taken_username, update_profile
from core.db.locks import locked
from core.exceptions import ValidationFailed, WrongStatus


@transaction.atomic
def complete(user: User, *, changes: dict[str, Any]) -> User:
    """Write `changes` of the profile, and a username in place of one that we made.

    Raises `WrongStatus` (409) the second time, `AlreadyTaken` (409) for a username in
    use, `ValidationFailed` (400) for another one than was chosen at registration, and
    what `update_profile` raises.
    """
    user = locked(User.objects).get(pk=user.pk)
    if user.registration_completed_at is not None:
        sentence = _("Your registration is complete already.")
        raise WrongStatus(sentence, code="registration_completed")
    username = changes.pop("username", user.username)
    if username != user.username:
        _rename(user, username)
    user.registration_completed_at, user.username_derived = timezone.now(), False
    user.save(update_fields=["registration_completed_at", "username_derived"])
    return update_profile(user, changes=changes)


def _rename(user: User, username: str) -> None:
    if not user.username_derived:
        sentence = _("You have chosen your username at the registration.")
        raise ValidationFailed(sentence, field="username")
    is_other = username.lower() != user.username.lower()
    user.username = username
    names.refuse_imitation(user, "username")
    if is_other:
        refuse_taken_username(username)
    try:
        # The check above can pass in two requests at once; the constraint decides.
        with transaction.atomic():
            user.save(update_fields=["username", "updated_at"])
    except IntegrityError as error:
        sentence = _("This username is taken.")
        raise AlreadyTaken(sentence, code="username_taken", field="username") from error
