"""After the erasure of a person no needle is left, anywhere."""

import logging
from contextlib import contextmanager
from dataclasses import replace

import pytest
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone

from accounts import erasure as accounts
from accounts.models import User
from accounts.tests.factories import PASSWORD
from catalog import vocabulary
from core.privacy import TABLES, all_models
from messaging.models import Message
from privacy import erasure
from privacy.tests.world import NEEDLE, NEEDLES, person_with_everything
from reviews.models import Review
from reviews.services import misrated, rate_person
from tasks.models import TaskEvent, TaskRequest
from tasks.services import count_tasks, miscounted_workers

pytestmark = pytest.mark.django_db
TO_OTHERS = {"messaging.Message.content", "reviews.Review.content"}
TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField)


@pytest.fixture
def person(bob):
    person = person_with_everything(bob)
    vocabulary.rebuild()
    return person


def leave(person) -> None:
    now = timezone.now()
    person = accounts.schedule(person, at=now)
    assert erasure.erase(person, at=now)
    vocabulary.rebuild()  # as every hour


def traces() -> set[str]:
    """The columns and files with a needle."""
    return set(columns_with_needles()) | set(files_with_needles())


def columns_with_needles():
    for model in all_models():
        names = [c.name for c in model._meta.concrete_fields if isinstance(c, TEXTS)]
        for row in model._base_manager.values(*names, "pk"):
            for name in (*names, "pk"):
                if any(needle in as_text(row[name]) for needle in NEEDLES):
                    yield f"{model._meta.label}.{name}"


def as_text(value) -> str:
    is_bytes = isinstance(value, bytes | memoryview)
    return (bytes(value).decode(errors="replace") if is_bytes else str(value)).lower()


def files_with_needles(folder=""):
    folders, names = default_storage.listdir(folder)
    for name in names:
        with default_storage.open(f"{folder}{name}") as file:
            if NEEDLE.encode() in file.read():
                yield f"{folder}{name}"
    for one in folders:
        yield from files_with_needles(f"{folder}{one}/")


def test_the_person_has_a_row_of_every_kind(person):
    """A16: else the tests below would prove nothing."""
    missing = [
        table.name
        for table in TABLES.values()
        if table.is_personal and not any(rows.exists() for rows in table.rows(person))
    ]
    assert missing == []


def test_the_needle_is_in_every_column_before(person):
    """A16: also in rows of others that mention the person."""
    found = traces()
    assert len(found) > 80
    assert found >= TO_OTHERS | {
        *("jobs.Job.kwargs", "jobs.Job.error", "search.Word.word", "search.Word.pk"),
        *("notifications.Notification.params", "audit.AuditLogEntry.subject_label"),
        *("admin.LogEntry.object_repr", "tasks.TaskEvent.reason", "exports/a.zip"),
        *("jobs.SuppressedAddress.address", "idempotency.StoredAnswer.body"),
        *("accounts.User.search_text", "messaging.MessageVersion.content"),
    }


def test_no_trace_is_left_but_in_messages_to_others(person, caplog):
    """A16: in no column, file or log line."""
    with caplog.at_level(logging.DEBUG):
        leave(person)
    assert traces() == TO_OTHERS
    assert not any(needle in caplog.text.lower() for needle in NEEDLES)


def test_no_trace_is_left_where_messages_are_emptied(person, settings):
    """A16: by a setting."""
    settings.ERASURE_BLANKS_MESSAGES = True
    leave(person)
    assert traces() == set()


@contextmanager
def forgotten(monkeypatch, table, **changes):
    with monkeypatch.context() as patch:
        patch.setitem(TABLES, table.model, replace(table, **changes))
        yield


@pytest.mark.parametrize(
    ("model", "name"),
    [(TaskRequest, "address"), (TaskEvent, "reason"), (User, "search_text")],
)
def test_a_column_that_is_kept_by_mistake_is_found(person, monkeypatch, model, name):
    """A16: the scan does not read the registry."""
    table = TABLES[model]
    left = {key: value for key, value in table.replaced.items() if key != name}
    with forgotten(monkeypatch, table, replaced=left):
        leave(person)
    assert traces() - TO_OTHERS == {f"{model._meta.label}.{name}"}


def test_the_ratings_and_counts_of_others_stay(person, bob):
    """A16, F4: they equal what the rows are."""
    for pk in misrated():
        rate_person(pk)
    for pk in miscounted_workers():
        count_tasks(pk)
    bob.refresh_from_db()
    before = (bob.average_rating, bob.reviews_count)
    assert bob.reviews_count == 1
    leave(person)
    bob.refresh_from_db()
    assert (bob.average_rating, bob.reviews_count) == before
    assert list(misrated()) == []
    assert miscounted_workers() == set()


def test_the_account_is_anonymous(api, person, bob):
    """A16: messages and reviews are of a deleted person."""
    leave(person)
    person.refresh_from_db()
    assert person.erased_at is not None
    assert not person.is_active
    assert not person.has_usable_password()
    assert not person.check_password(PASSWORD)
    client = api.as_(bob)
    [talk] = client.get("/api/messages/conversations").json()["conversations"]
    assert talk["other_participant"]["username"] == "Deleted person"
    [review] = api.get(f"/api/auth/users/{bob.pk}/reviews").json()["reviews"]
    assert review["reviewer"]["username"] == "Deleted person"


def test_the_deal_of_the_other_stays(person, bob):
    """A16: the task, without words; and its history."""
    leave(person)
    [task] = TaskRequest.objects.filter(assigned_to=bob)
    assert (task.title, task.description, task.latitude) == ("–", "", 0)
    assert task.events.count() > 0


def test_a_second_erasure_changes_nothing(person):
    """A16: as of two workers."""
    leave(person)
    assert not erasure.erase(person, at=timezone.now())


@pytest.mark.parametrize("after", [1, 4, 9, 25])
def test_an_erasure_that_is_killed_is_done_again(person, monkeypatch, after):
    """A16: wherever it was."""
    calls = iter(range(after))
    erase_rows = erasure._erase_rows

    def killed(table, rows):
        if next(calls, None) is None:
            raise KeyboardInterrupt
        erase_rows(table, rows)

    monkeypatch.setattr(erasure, "_erase_rows", killed)
    with pytest.raises(KeyboardInterrupt):
        leave(person)
    monkeypatch.setattr(erasure, "_erase_rows", erase_rows)
    leave(person)
    assert traces() == TO_OTHERS


def test_other_people_keep_what_is_theirs(person, bob):
    """A16: no more is erased than what is the person's."""
    received = Message.objects.filter(sender=bob).count()
    reviews = Review.objects.count()
    leave(person)
    assert Message.objects.filter(sender=bob, content="Hi").count() == received == 1
    assert Review.objects.count() == reviews
    assert User.objects.get(pk=bob.pk).email == bob.email
