"""The ways in which a person can sign in, so that nobody removes the last one."""

from datetime import datetime

from accounts.models import SecurityEvent, User


def has_sign_in(user: User) -> bool:
    """Return whether the person can sign in at all: a number can be lost to others."""
    return user.phone_verified or has_sign_in_besides_phone(user)


def has_sign_in_besides_phone(user: User) -> bool:
    """Return whether the person can sign in without their phone number."""
    # A confirmed address is enough: a link to it sets a password.
    has_email = user.email and (user.has_usable_password() or user.email_confirmed)
    return bool(has_email or user.passkeys.exists() or user.social_accounts.exists())


def remove(user: User, *, since: datetime) -> None:
    """Remove passkeys, other services and a phone that were added since then.

    Whoever has proved the address may not be who added them. In a transaction.
    """
    user.passkeys.filter(created_at__gte=since).delete()
    user.social_accounts.filter(created_at__gte=since).delete()
    verified = SecurityEvent.Type.PHONE_VERIFIED
    events = user.security_events.filter(type=verified, created_at__gte=since)
    if user.phone_verified and events.exists():
        remove_phone(user)


def remove_phone(user: User) -> None:
    """Remove the number of a user, verified or not."""
    user.phone, user.phone_verified, user.phone_used_at = "", False, None
    user.save(update_fields=["phone", "phone_verified", "phone_used_at"])
