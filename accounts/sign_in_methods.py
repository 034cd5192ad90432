"""The ways in which a person can sign in, so that nobody removes the last one."""

from accounts.models import User


def has_sign_in_besides_phone(user: User) -> bool:
    """Return whether the person can sign in without their phone number."""
    # A confirmed address is enough: a link to it sets a password.
    has_email = user.email and (user.has_usable_password() or user.email_confirmed)
    return bool(has_email or user.passkeys.exists() or user.social_accounts.exists())
