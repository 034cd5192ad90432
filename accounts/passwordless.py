"""New accounts of people who proved a phone or an account of another service."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import names
from accounts.models import User
from accounts.registrations import usernames
from accounts.services import AlreadyTaken
from accounts.signals import user_registered
from market import switches
from market.registry import REGISTRATION_OPEN


def create(*, username: str = "", **fields: Any) -> User:
    """Create a user without a password, send `user_registered`, and return the user.

    Without a `username` the account gets one derived from its names, which
    `complete-registration` may change. Raises `SwitchedOff` (403), `AlreadyTaken` (409)
    for a username in use, and `serializers.ValidationError` (400) for a name that
    imitates the site.
    """
    switches.require(REGISTRATION_OPEN)
    user = User(username=username, **fields)
    if not username:
        full_name = f"{user.first_name} {user.last_name}"
        user.username, user.username_derived = usernames.derive(full_name), True
    names.refuse_imitations(user)
    user.set_unusable_password()
    try:
        # The unique constraints decide: a check before could pass in two requests at
        # once. The savepoint keeps the caller's transaction usable.
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        sentence = _("This username is taken.")
        raise AlreadyTaken(sentence, code="username_taken", field="username") from error
    user_registered.send(sender=User, user=user)
    return user
