"""Personal data in queued jobs and in the suppression list."""

import json
from typing import Any

from django.db.models import QuerySet

from core.privacy import describe
from jobs.models import Job, SuppressedAddress

# Arguments of jobs that are the id of a person.
PERSON_ARGUMENTS = ("recipient_id", "user_id", "person_id")
MIN_PHONE_CHARS = 7  # a shorter text is in too many others


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
    text = f"{json.dumps(job.kwargs, ensure_ascii=False)} {job.error}".casefold()
    phone = person.phone if len(person.phone) >= MIN_PHONE_CHARS else ""
    return any(own and own.casefold() in text for own in (person.email, phone))


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
