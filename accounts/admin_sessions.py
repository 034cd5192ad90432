"""The browser sessions of the admin, which are Django's."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session as AdminSession
from django.utils import timezone

from accounts.models import User


def end_admin_sessions(user: User) -> int:
    """Sign a member of staff out of the admin everywhere; return of how many sessions.

    The table names no user, so all sessions are read: only staff have any.
    """
    if not (user.is_staff or user.is_superuser):
        return 0
    rows = AdminSession.objects.filter(expire_date__gt=timezone.now())
    keys = [
        row.pk
        for row in rows.iterator(chunk_size=500)
        if row.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    return AdminSession.objects.filter(pk__in=keys).delete()[0]
