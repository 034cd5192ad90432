"""Periodic maintenance of accounts."""

from datetime import datetime

from django.contrib.sessions.models import Session as AdminSession
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts import services, sign_ins
from jobs.maintenance import delete_rows, maintenance
from jobs.registry import job


@job()
def record_failed_sign_in(
    user_id: int | None, network: str, client: str, at: str
) -> None:
    """Store a failed sign-in in the security log of the account."""
    sign_ins.record_failure(
        user_id, network=network, client=client, at=datetime.fromisoformat(at)
    )


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
