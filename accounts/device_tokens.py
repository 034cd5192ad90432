"""Tokens of known devices: each has an allowance of failed sign-ins of its own.

The owner of an account signs in with the token of the last sign-in, and failures of
others cannot lock them out, whatever network either comes from. It gives nothing else:
with a stolen token one guesses as slowly as without.
"""

from datetime import timedelta
from secrets import token_urlsafe

from django.core import signing

from accounts.models import User
from core.email_addresses import normalize_email

SALT = "accounts.device_tokens"
LIFETIME = timedelta(days=90)
ID_BYTES = 12


def issue(user: User) -> str:
    """Return a new token for a device on which `user` has just signed in."""
    return signing.dumps([user.pk, token_urlsafe(ID_BYTES)], salt=SALT)


def id_in(token: str, email: str) -> str:
    """Return the id of a valid token of the account with this address, else ""."""
    try:
        user_id, device_id = signing.loads(token, salt=SALT, max_age=LIFETIME)
    except (signing.BadSignature, TypeError, ValueError):
        return ""
    owns = User.objects.filter(pk=user_id, email=normalize_email(email)).exists()
    return device_id if owns else ""
