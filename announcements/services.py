"""Notify the people of an announcement in batches, and remember who has read it."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from announcements.audiences import people_in
from announcements.models import Announcement, AnnouncementRead, Words
from core.db.locks import locked
from jobs.services import enqueue
from notifications.bulk import notify_each
from notifications.services import Channels

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User  # AUTH_USER_MODEL, for mypy

KIND = "announcement"  # of the notification
# Of one job. The next batch is queued behind the e-mails of this one, so that those of
# other events never wait for more than one batch.
BATCH_PEOPLE = 200
MAX_SUMMARY_CHARS = 300  # of the text in the list of notifications


def recipients(announcement: Announcement) -> QuerySet["User"]:
    """Return the active people for whom an announcement is."""
    people = people_in(announcement.audience)
    if announcement.language:
        people = people.filter(language=announcement.language)
    if announcement.city:
        people = people.filter(city__iexact=announcement.city)
    return people


def mark_read(announcement: Announcement, user: "User") -> None:
    """Remember that `user` has read it. The time of the first reading stays."""
    AnnouncementRead.objects.get_or_create(announcement=announcement, user=user)


def schedule(announcement: Announcement) -> None:
    """Queue the next batch: when it begins, or at once."""
    enqueue(
        "announcements.deliver",
        # Of jobs for the same people only one is queued, whatever is retried.
        key=f"announcement:{announcement.pk}:{announcement.last_person_id}",
        run_at=announcement.starts_at,
        announcement_id=announcement.pk,
    )


@transaction.atomic
def deliver_batch(announcement_id: int, *, at: datetime) -> bool:
    """Notify the next `BATCH_PEOPLE` people, and queue the batch after them.

    Returns whether anybody was left to be notified. Everything is one transaction: a
    batch that is killed has notified nobody, and is run again.
    """
    # Locked: two workers with the same batch would both begin behind the same person.
    # The job is due when it begins, by the clock of the database, which may be ahead.
    rows = locked(Announcement.objects.in_force(at=at))
    row = rows.filter(pk=announcement_id).first()
    if row is None or row.finished_at is not None:
        return False  # stopped, over, or done before
    people = recipients(row).filter(pk__gt=row.last_person_id).order_by("pk")
    batch = list(people.only("language")[:BATCH_PEOPLE])
    row.notified += _notify(row, batch)
    if len(batch) == BATCH_PEOPLE:
        row.last_person_id = batch[-1].pk
        schedule(row)
    else:
        row.finished_at = at
    row.save(update_fields=["notified", "last_person_id", "finished_at", "updated_at"])
    return bool(batch)


def _notify(row: Announcement, people: list["User"]) -> int:
    """Notify `people`; return how many were. As many queries for any number."""
    words = {language: row.words_in(language) for language in _languages(people)}
    return notify_each(
        [(person, _params(words[person.language])) for person in people],
        KIND,
        subject=row,
        dedup_key=f"{KIND}:{row.pk}",
        within=Channels(in_app=row.by_notification, email=row.by_email),
    )


def _languages(people: list["User"]) -> set[str]:
    return {person.language for person in people}


def _params(words: Words) -> dict[str, str]:
    return {"title": words.title, "text": summary(words.text)}


def summary(text: str) -> str:
    """Return the beginning of a text in one line."""
    line = " ".join(text.split())
    if len(line) <= MAX_SUMMARY_CHARS:
        return line
    return f"{line[: MAX_SUMMARY_CHARS - 1]}…"


def is_over(announcement: Announcement) -> bool:
    """Return whether its time has passed."""
    return announcement.ends_at is not None and announcement.ends_at <= timezone.now()
