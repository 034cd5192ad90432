"""Periodic maintenance of the logs of staff."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.admin.models import LogEntry

from audit.models import AuditLogEntry
from jobs.maintenance import delete_rows, maintenance


@maintenance("delete old audit log entries")
def delete_old_audit_log_entries(at: datetime, *, dry_run: bool) -> int:
    """Delete entries of the audit log after `AUDIT_LOG_DAYS`."""
    before = at - timedelta(days=settings.AUDIT_LOG_DAYS)
    old = AuditLogEntry.objects.filter(created_at__lt=before)
    return delete_rows(old, dry_run=dry_run)


@maintenance("delete old admin log entries")
def delete_old_admin_log_entries(at: datetime, *, dry_run: bool) -> int:
    """Delete entries of the admin's own log after `AUDIT_LOG_DAYS`."""
    before = at - timedelta(days=settings.AUDIT_LOG_DAYS)
    old = LogEntry.objects.filter(action_time__lt=before)
    return delete_rows(old, dry_run=dry_run)
