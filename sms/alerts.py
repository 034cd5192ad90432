"""Alerts of what text messages cost: in the log, and by e-mail to `ALERT_EMAILS`."""

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jobs.services import enqueue_mail
from sms import limits

log = logging.getLogger("marketplace.security")


@transaction.atomic
def daily_limit_reached(at: datetime) -> None:
    """Alert staff, once a day, that `SMS_PER_DAY` messages were sent."""
    day = timezone.localdate(at)
    # The counter lets one through, of all processes and all requests of the day.
    if limits.count("alert of the total", day, limit=1):
        alert(
            f"sms:total:{day}",
            "No more text messages today",
            f"{settings.SMS_PER_DAY} text messages were sent on {day} (SMS_PER_DAY)."
            " Until midnight no more are sent. Signing in with a password works.",
        )


def alert(key: str, subject: str, text: str) -> None:
    """Log an error, and queue an e-mail to each of `ALERT_EMAILS`, once for `key`."""
    log.error("%s: %s", subject, text)
    for address in settings.ALERT_EMAILS:
        title = f"{settings.SITE_NAME}: {subject}"
        enqueue_mail(f"{key}:{address}", to=address, subject=title, text=text)
