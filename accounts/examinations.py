"""Examinations of the accounts, for `manage.py doctor`."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError

from accounts.models import User
from accounts.passwords import is_demo
from core.doctor import Finding, examination, not_examined


@examination("accounts")
def no_demo_account_is_staff() -> Iterator[Finding]:
    """Look for staff of the demo data on a site that is no demo."""
    if is_demo():
        return
    try:
        names = list(
            User.objects.filter(is_demo=True, is_staff=True, is_active=True)
            .order_by("pk")
            .values_list("username", flat=True)
        )
    except DatabaseError:
        yield not_examined("the table of users cannot be read.", "See database.")
        return
    if names:
        yield Finding(
            f"Accounts of the demo data are staff: {', '.join(names)}.",
            "Start with an empty database, or suspend them in the admin. Their "
            "published password opens nothing while DEMO is off.",
            setting="DEMO",
        )


@examination("staff")
def staff_have_a_second_factor() -> Iterator[Finding]:
    """Look for staff without an authenticator app, and for a rule that needs none."""
    try:
        rows = User.objects.filter(is_active=True, is_staff=True).order_by("pk")
        names = list(
            rows.exclude(totp__confirmed_at__isnull=False).values_list(
                "username", flat=True
            )
        )
    except DatabaseError:
        yield not_examined("the table of users cannot be read.", "See database.")
        return
    if not settings.STAFF_SECOND_FACTOR and settings.PRODUCTION:
        yield Finding(
            "Staff sign in to the admin with a password alone.",
            "Remove the setting, so that they need a code too.",
            setting="STAFF_SECOND_FACTOR",
            severity="warning",
        )
    if settings.STAFF_SECOND_FACTOR and names:
        yield Finding(
            f"Staff without an authenticator app: {', '.join(names)}. Until their next "
            "sign-in to the admin, the password alone lets somebody set one up.",
            "Ask them to sign in to the admin now.",
            setting="STAFF_SECOND_FACTOR",
            severity="warning",
        )


@examination("passkeys")
def passkeys_belong_to_their_origins() -> Iterator[Finding]:
    """Look for origins whose pages browsers let use no passkey of this site."""
    if not settings.PRODUCTION:
        return
    domain = settings.PASSKEY_RP_ID
    hosts = {
        origin: urlsplit(origin).hostname or "" for origin in settings.PASSKEY_ORIGINS
    }
    useless = [
        origin
        for origin, host in hosts.items()
        if host != domain and not host.endswith(f".{domain}")
    ]
    if useless:
        yield Finding(
            f"Passkeys are of {domain}, and do not work on {', '.join(useless)}.",
            "Set a domain that all of them end with, before the first passkey is made.",
            setting="PASSKEY_RP_ID",
            severity="note",
        )
