"""Personal data of notifications: those to a person, and those that name one."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet

from core.privacy import TABLES, describe, erasure_step
from jobs.models import Job
from notifications import withholding
from notifications.models import EmailRecord, Notification, Preference
from notifications.services import subject_type_of

MAIL_KEY = "mail:notification:"  # and the id: the key of the job that sends it


def about_things_of(person: Any) -> QuerySet[Notification]:
    """Return the notifications, to anybody, about what `person` has posted."""
    about = Q(pk__in=[])
    for table in TABLES.values():
        owner = table.whose[0] if table.whose else ""
        if table.model is not Notification and owner in table.references:
            rows = table.model._base_manager.filter(**{str(owner): person.pk})
            ids = rows.order_by().values("pk")
            kind = subject_type_of(table.model)
            about |= Q(subject_type=kind, subject_id__in=ids)
    return Notification.objects.filter(about)


def withhold(values: list[dict[str, Any]]) -> None:
    """Take the titles that are withheld out of exported notifications."""
    names = ("recipient_id", "subject_type", "subject_id", "params")
    rows = [Notification(**{name: value[name] for name in names}) for value in values]
    withholding.mark(rows)
    for row, value in zip(rows, values, strict=True):
        value["params"] = withholding.without_titles(row)


describe(
    Notification,
    whose="recipient",
    mentions=("actor", about_things_of),
    purpose="Events that concern a person, as a type and parameters.",
    retention="NOTIFICATION_DAYS once it is read or deleted.",
    exports="kind subject_type subject_id params in_app read_at",
    internal="dedup_key",
    delete=True,
    redact=withhold,
)
describe(
    EmailRecord,
    whose="recipient",
    purpose="Bounds the number of e-mails that a person receives.",
    retention="Two days after the e-mail was sent.",
    exports="is_held at",
    internal="notification",
    delete=True,
)
describe(
    Preference,
    whose="user",
    purpose="Which notifications a person wants, and how.",
    exports="group in_app email",
    delete=True,
)


@erasure_step
def cancel_emails_that_name(person: Any) -> None:
    """Delete the jobs of e-mails to others, not sent yet, that may name `person`."""
    jobs = Job.objects.filter(status__in=("waiting", "dead", "discarded"))
    unsent = {
        notification_id: pk
        for pk, key in jobs.filter(key__startswith=MAIL_KEY).values_list("pk", "key")
        if (notification_id := _id_in(key)) is not None
    }
    naming = set(_naming(person, set(unsent)))
    jobs.filter(pk__in=[unsent[pk] for pk in naming]).delete()


def _naming(person: Any, ids: set[int]) -> Iterator[int]:
    """Yield those of `ids` whose texts may name `person`."""
    named = Notification.objects.filter(actor=person.pk).order_by()
    about = about_things_of(person).order_by()
    for rows in (named, about):
        yield from rows.filter(pk__in=ids).values_list("pk", flat=True)
    # A digest collects the texts of others; which, it does not say.
    digests = Notification.objects.filter(pk__in=ids, kind="digest")
    for rows in (named, about):
        told = digests.filter(recipient__in=rows.values("recipient"))
        yield from told.values_list("pk", flat=True)


def _id_in(key: str) -> int | None:
    number = key.removeprefix(MAIL_KEY).partition(":")[0]
    return int(number) if number.isdecimal() else None
