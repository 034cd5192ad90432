"""Examination of the accounts, for `manage.py doctor`."""

from collections.abc import Iterator

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
