"""Records are kept for the days of a setting, and no longer."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.utils import timezone

from accounts.models import Challenge, SecurityEvent
from alerts.models import SavedSearch
from alerts.tests.factories import SavedSearchFactory
from audit import services as audit
from audit.models import AuditLogEntry
from jobs.maintenance import REGISTRY
from jobs.models import Job, SuppressedAddress

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def entry(person, at):
    row = audit.record(person, actor=person, action="edit")
    AuditLogEntry.objects.filter(pk=row.pk).update(created_at=at)


def log_entry(person, at):
    row = LogEntry.objects.create(user=person, action_flag=CHANGE, object_repr="x")
    LogEntry.objects.filter(pk=row.pk).update(action_time=at)


def event(person, at):
    SecurityEvent.objects.create(user=person, type="signed_in", created_at=at)


def challenge(person, at):
    Challenge.objects.create(
        purpose="password_reset", user=person, attempts_left=1, expires_at=at
    )


def job(status):
    def make(person, at):
        Job.objects.create(name="x", status=status, due_at=None, finished_at=at)

    return make


def lifted(person, at):
    SuppressedAddress.objects.create(
        address=f"{at}@example.com", reason="bounce", status="lifted", last_at=at
    )


def search_off(person, at):
    SavedSearchFactory(
        user=person, frequency="off", next_at=None, query_changed_at=at, watermark=at
    )


@pytest.mark.parametrize(
    ("name", "model", "make", "days"),
    [
        ("delete old audit log entries", AuditLogEntry, entry, 1095),
        ("delete old admin log entries", LogEntry, log_entry, 1095),
        ("delete old security events", SecurityEvent, event, 365),
        ("delete expired challenges", Challenge, challenge, 1),
        ("delete finished jobs", Job, job("done"), 30),
        ("delete dead jobs", Job, job("dead"), 90),
        ("delete lifted suppressions", SuppressedAddress, lifted, 365),
        ("delete unused saved searches", SavedSearch, search_off, 730),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_old_rows_are_deleted_and_others_stay(alice, name, model, make, days):
    """A16: the one that is a day older goes."""
    make(alice, NOW - timedelta(days=days - 1))
    make(alice, NOW - timedelta(days=days + 1))
    run = REGISTRY[name].run
    assert run(NOW, dry_run=True) == 1
    assert run(NOW, dry_run=False) == 1
    assert model.objects.count() == 1
