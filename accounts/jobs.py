"""Periodic maintenance of accounts."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session as AdminSession
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts import services
from accounts.models import Challenge, SecurityEvent
from jobs.maintenance import delete_rows, maintenance


@maintenance("delete expired tokens")
def delete_expired_tokens(at: datetime, *, dry_run: bool) -> int:
    """Delete expired refresh tokens with their blacklist rows; return how many."""
    expired = OutstandingToken.objects.filter(expires_at__lte=at)
    return delete_rows(expired, dry_run=dry_run)


@maintenance("delete expired sessions")
def delete_expired_sessions(at: datetime, *, dry_run: bool) -> int:
    """Delete sessions without a valid token; return how many."""
    return delete_rows(services.expired_sessions(at=at), dry_run=dry_run)


@maintenance("delete expired admin sessions")
def delete_expired_admin_sessions(at: datetime, *, dry_run: bool) -> int:
    """Delete expired browser sessions of the admin; return how many."""
    expired = AdminSession.objects.filter(expire_date__lte=at)
    return delete_rows(expired, dry_run=dry_run)


@maintenance("delete expired challenges")
def delete_expired_challenges(at: datetime, *, dry_run: bool) -> int:
    """Delete codes and links a day after they have expired; return how many."""
    expired = Challenge.objects.filter(expires_at__lt=at - timedelta(days=1))
    return delete_rows(expired, dry_run=dry_run)


@maintenance("delete old security events")
def delete_old_security_events(at: datetime, *, dry_run: bool) -> int:
    """Delete entries of people's security logs after `SECURITY_EVENT_DAYS`."""
    before = at - timedelta(days=settings.SECURITY_EVENT_DAYS)
    old = SecurityEvent.objects.filter(created_at__lt=before)
    return delete_rows(old, dry_run=dry_run)
