"""Periodic maintenance of accounts."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session as AdminSession
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts import moderation, restrictions, services, sign_ins
from accounts.emails import services as emails
from accounts.models import Challenge, SecurityEvent, UsedSocialToken
from accounts.password_resets import services as password_resets
from accounts.registrations import services as registrations
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


@job()
def send_password_reset(user_id: int | None, network: str, client: str) -> None:
    """Send the link to a new password; without a user do nothing."""
    password_resets.send(user_id, network=network, client=client)


@job()
def send_registration(token: str) -> None:
    """Send the link of a registration, whose encrypted token this is."""
    registrations.send(token)


@job()
def send_email_change(user_id: int, email: str, network: str) -> None:
    """Send the link to the new address of an account."""
    emails.send_change(user_id, email, network=network)


@maintenance("end suspensions")
def end_suspensions(at: datetime, *, dry_run: bool) -> int:
    """End the suspensions whose time is over; return how many."""
    over = moderation.suspensions_over(at)
    return over.count() if dry_run else moderation.end_suspensions(at)


@maintenance("end restrictions")
def end_restrictions(at: datetime, *, dry_run: bool) -> int:
    """End the restrictions whose time is over; return of how many people."""
    over = restrictions.people_over(at)
    return over.count() if dry_run else restrictions.end_over(at)


@maintenance("delete unconfirmed registrations")
def delete_expired_registrations(at: datetime, *, dry_run: bool) -> int:
    """Delete registrations whose link has expired or was used; return how many."""
    return delete_rows(registrations.expired(at=at), dry_run=dry_run)


@maintenance("delete used tokens of other services")
def delete_used_social_tokens(at: datetime, *, dry_run: bool) -> int:
    """Delete those that have expired; return how many."""
    # Longer than the leeway: until then the token itself is refused as used.
    expired = UsedSocialToken.objects.filter(expires_at__lte=at - timedelta(hours=1))
    return delete_rows(expired, dry_run=dry_run)


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
