"""Periodic jobs of sockets."""

from datetime import datetime

from jobs.maintenance import delete_rows, maintenance
from realtime import services


@maintenance("delete expired tickets")
def delete_expired_tickets(at: datetime, *, dry_run: bool) -> int:
    """Delete tickets that can no longer be redeemed; return how many."""
    return delete_rows(services.expired_tickets(at=at), dry_run=dry_run)
