"""Jobs that have failed for good, for the staff to look at."""

from collections.abc import Iterator

from jobs.models import Job
from jobs.queue import max_attempts
from notifications.models import Notification
from seed.market import Market
from seed.tables import new_row

REFUSED = "SMTPRecipientsRefused: 550 5.1.1 mailbox unavailable"
NAME = "notifications.deliver"
TIMED_OUT = "TimeoutError: the mail server has not answered"


def failed_jobs(market: Market) -> Iterator[Job]:
    """Return two e-mails that the mail server did not take."""
    for number, error in enumerate((REFUSED, TIMED_OUT)):
        at = market.calendar.before(number + 1)
        yield new_row(
            Job,
            id=market.first_ids[Job] + number,
            name=NAME,
            kwargs={"notification_id": market.first_ids[Notification] + number},
            status=Job.Status.DEAD,
            due_at=None,
            attempts=max_attempts(NAME),
            error=error,
            created_at=at,
            started_at=at,
            finished_at=at,
        )
