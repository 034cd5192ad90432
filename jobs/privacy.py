"""Personal data in queued jobs and in the suppression list."""

import json
import re
from typing import Any

from django.db.models import QuerySet

from core.privacy import describe
from jobs.models import Job, SuppressedAddress

# Arguments of jobs that are the id of a person.
PERSON_ARGUMENTS = ("recipient_id", "user_id", "person_id")


def jobs_about(person: Any) -> QuerySet[Job]:
    """Return the jobs with the address, the phone or the id of `person`.

    Without those that are running, which end soon, and those that are done, which hold
    nothing.
    """
    rows = Job.objects.filter(status__in=("waiting", "dead", "discarded"))
    kept = rows.order_by("pk").only("pk", "kwargs", "error")
    found = [job.pk for job in kept.iterator(chunk_size=500) if _names(job, person)]
    return Job.objects.filter(pk__in=found, status__in=("waiting", "dead", "discarded"))


def _names(job: Job, person: Any) -> bool:
    if person.pk in [job.kwargs.get(name) for name in PERSON_ARGUMENTS]:
        return True
    # A phone that nobody has verified is any text: it could stand in all e-mails.
    phone = person.phone if person.phone_verified else ""
    text = f"{json.dumps(job.kwargs, ensure_ascii=False)} {job.error}"
    return any(own and _has_word(text, own) for own in (person.email, phone))


def _has_word(text: str, word: str) -> bool:
    """Whether `word` is in the text, and not the end of a longer address."""
    # No `\b`: a plus sign and a dot are parts of addresses too.
    pattern = rf"(?<![\w.+-]){re.escape(word)}(?![\w-])"
    return re.search(pattern, text, re.IGNORECASE) is not None


def suppressed_addresses_of(person: Any) -> QuerySet[SuppressedAddress]:
    """Return the entry of the e-mail address of `person`."""
    return SuppressedAddress.objects.filter(address=person.email or "")


describe(
    Job,
    whose=jobs_about,
    purpose="Work that waits: e-mails to be sent, with addresses and texts.",
    retention="Arguments until the job is done; rows for FINISHED_JOB_DAYS, failed ones"
    " for DEAD_JOB_DAYS.",
    internal="name kwargs key status due_at attempts worker error started_at "
    "finished_at",
    delete=True,
)
describe(
    SuppressedAddress,
    whose=suppressed_addresses_of,
    purpose="Addresses that refuse e-mails: none is sent to them.",
    retention="Until the account is erased; lifted ones for SUPPRESSION_DAYS.",
    exports="address reason status reports last_at",
    internal="detail",
    delete=True,
)
