"""The suppression list: addresses to which no e-mail is sent any more.

An address is added when a mail server refuses it for good, when an e-mail bounces, and
when its owner reports one as spam. Staff can lift an entry in the admin.
"""

import logging

from django.db.models import F
from django.utils import timezone

from core.email_addresses import normalize_email
from jobs.models import SuppressedAddress

logger = logging.getLogger("jobs")
MAX_DETAIL_CHARS = 1000
Reason = SuppressedAddress.Reason


def is_suppressed(address: str) -> bool:
    """Return whether no e-mail may be sent to this address."""
    found = SuppressedAddress.objects.filter(address=normalize_email(address))
    return found.filter(status=SuppressedAddress.Status.ACTIVE).exists()


def suppress(address: str, reason: str, *, detail: str = "") -> None:
    """Put an address on the list, or report it again. `detail` is for staff."""
    at = timezone.now()
    fields = {
        "reason": reason,
        "detail": detail[:MAX_DETAIL_CHARS],
        "status": SuppressedAddress.Status.ACTIVE,
        "last_at": at,
    }
    row, is_new = SuppressedAddress.objects.get_or_create(
        address=normalize_email(address), defaults=fields
    )
    if not is_new:
        # F(): of two reports at once, each would add one to the same number.
        rows = SuppressedAddress.objects.filter(pk=row.pk)
        rows.update(reports=F("reports") + 1, **fields)
    logger.warning("address suppressed", extra={"context": {"reason": reason}})
