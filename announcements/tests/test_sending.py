"""An announcement reaches each person once, in batches, as they have chosen."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory, suspend
from announcements import services
from announcements.models import Announcement
from announcements.tests.factories import AnnouncementFactory
from announcements.workflow import ANNOUNCEMENT_WORKFLOW, Over
from audit.models import AuditLogEntry
from core import events
from jobs.models import Job
from notifications.models import Notification
from notifications.services import set_preference

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(staff):
    """`send(row)` is what staff do."""

    def run(row, name="send") -> Announcement:
        return ANNOUNCEMENT_WORKFLOW.run(name, row, actor=staff, reason="It is time.")

    return run


def reached() -> list[int]:
    rows = Notification.objects.filter(kind="announcement")
    return sorted(rows.values_list("recipient", flat=True))


def everyone() -> list[int]:
    return sorted(User.objects.filter(is_active=True).values_list("pk", flat=True))


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(services, "BATCH_PEOPLE", 3)


@pytest.mark.parametrize("count", [2, 3, 7, 8])
def test_each_person_is_notified_once(send, run_jobs, small_batches, staff, count):
    UserFactory.create_batch(count - 1)  # and the staff
    row = send(AnnouncementFactory())
    jobs = [name for name in run_jobs() if name == "announcements.deliver"]
    row.refresh_from_db()
    assert reached() == everyone()
    assert row.notified == count
    assert row.finished_at is not None
    assert len(jobs) == count // 3 + 1


def test_a_batch_is_bounded(send, small_batches):
    UserFactory.create_batch(9)
    row = send(AnnouncementFactory())
    services.deliver_batch(row.pk, at=timezone.now())
    assert len(reached()) == 3


def test_a_batch_that_is_killed_is_sent_once(
    send, run_jobs, small_batches, monkeypatch
):
    """Its transaction is gone as a whole, and the retry begins where it began."""
    UserFactory.create_batch(6)
    row = send(AnnouncementFactory())
    services.deliver_batch(row.pk, at=timezone.now())

    def killed(*args):
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(services, "schedule", killed)  # after the people are notified
        with pytest.raises(MemoryError):
            services.deliver_batch(row.pk, at=timezone.now())
    assert len(reached()) == 3
    run_jobs()
    assert reached() == everyone()


def test_a_batch_that_runs_again_notifies_nobody_twice(send, run_jobs, small_batches):
    UserFactory.create_batch(4)
    row = send(AnnouncementFactory())
    run_jobs()
    Announcement.objects.filter(pk=row.pk).update(last_person_id=0, finished_at=None)
    services.deliver_batch(row.pk, at=timezone.now())
    assert len(reached()) == len(set(reached())) == 5


@pytest.mark.parametrize("by_email", [True, False])
def test_a_batch_of_more_people_takes_no_more_queries(send, by_email):
    counts = []
    for _ in range(2):
        UserFactory.create_batch(8)
        row = send(AnnouncementFactory(by_email=by_email))
        with CaptureQueriesContext(connection) as queries:
            services.deliver_batch(row.pk, at=timezone.now())
        counts.append(len(queries))
    assert counts[1] <= counts[0] <= 10


def test_only_its_audience_is_notified(send, run_jobs, bob, alice):
    User.objects.filter(pk=bob.pk).update(language="lv", city="Rīga", is_helper=True)
    row = AnnouncementFactory(language="lv", city="rīga", audience="workers")
    send(row)
    run_jobs()
    assert reached() == [bob.pk]


def test_the_suspended_are_not_notified(send, run_jobs, bob):
    suspend(User.objects.filter(pk=bob.pk))
    send(AnnouncementFactory())
    run_jobs()
    assert bob.pk not in reached()


def test_e_mails_are_in_the_language_of_the_recipient(send, run_jobs, alice, bob):
    User.objects.filter(pk=bob.pk).update(language="lv")
    row = AnnouncementFactory(
        title_en="News", title_lv="Ziņas", text_lv="Pirmā.\n\nOtrā.", by_email=True
    )
    send(row)
    run_jobs()
    [to_alice] = [one for one in mail.outbox if one.to == [alice.email]]
    [to_bob] = [one for one in mail.outbox if one.to == [bob.email]]
    assert (to_alice.subject, to_bob.subject) == ("News", "Ziņas")
    assert "Pirmā.\n\nOtrā." in to_bob.body
    assert "Pirmā.<br><br>Otrā." in to_bob.alternatives[0][0]


def test_the_e_mail_has_all_of_a_long_text(send, run_jobs, alice):
    send(AnnouncementFactory(text_en="word " * 200 + "end", by_email=True))
    run_jobs()
    assert "end" in mail.outbox[0].body
    row = Notification.objects.get(recipient=alice, kind="announcement")
    assert len(row.params["text"]) == services.MAX_SUMMARY_CHARS


def test_people_choose_the_channels(send, run_jobs, alice, bob, mallory):
    set_preference(bob, "announcements", email=False)
    set_preference(mallory, "announcements", email=False, in_app=False)
    send(AnnouncementFactory(by_email=True))
    run_jobs()
    addresses = {one.to[0] for one in mail.outbox}
    assert alice.email in addresses
    assert not {bob.email, mallory.email} & addresses
    assert bob.pk in reached()
    assert mallory.pk not in reached()


@pytest.mark.parametrize(
    ("channels", "in_app", "emails"),
    [
        ({"by_notification": False, "by_email": True}, False, 1),
        ({"by_notification": True, "by_email": False}, True, 0),
    ],
)
def test_staff_choose_the_channels_too(send, run_jobs, staff, channels, in_app, emails):
    send(AnnouncementFactory(**channels))
    run_jobs()
    assert Notification.objects.get(kind="announcement").in_app is in_app
    assert len(mail.outbox) == emails


def test_without_either_channel_it_is_listed_alone(send, run_jobs):
    row = send(AnnouncementFactory(by_notification=False))
    assert run_jobs() == []
    assert row.finished_at is not None


def test_open_pages_are_told_at_once(send, staff, django_capture_on_commit_callbacks):
    seen = []

    def receive(sender, *, event, **kwargs):
        seen.append((event.recipients, event.type, event.payload.get("title")))

    events.domain_event.connect(receive)
    try:
        row = send(AnnouncementFactory(title_en="News"))
        with django_capture_on_commit_callbacks(execute=True):
            services.deliver_batch(row.pk, at=timezone.now())
    finally:
        events.domain_event.disconnect(receive)
    assert ((staff.pk,), "notification.created", "News") in seen


def test_it_is_sent_when_it_begins(send, run_jobs):
    begins = timezone.now() + timedelta(hours=1)
    row = send(AnnouncementFactory(starts_at=begins))
    assert run_jobs() == []
    job = Job.objects.get(name="announcements.deliver")
    assert job.due_at == begins
    assert services.deliver_batch(row.pk, at=begins)


def test_a_stopped_one_reaches_nobody_else(send, run_jobs, small_batches):
    """Also not by the e-mails that are queued."""
    UserFactory.create_batch(6)
    row = send(AnnouncementFactory(by_email=True))
    services.deliver_batch(row.pk, at=timezone.now())
    send(row, "stop")
    run_jobs()
    assert len(reached()) == 3
    assert mail.outbox == []


def test_one_that_ends_while_it_is_sent_reaches_nobody_else(send, small_batches):
    UserFactory.create_batch(6)
    row = send(AnnouncementFactory(ends_at=timezone.now() + timedelta(hours=1)))
    services.deliver_batch(row.pk, at=timezone.now())
    later = timezone.now() + timedelta(hours=2)
    assert not services.deliver_batch(row.pk, at=later)
    assert len(reached()) == 3


def test_one_that_is_over_cannot_be_sent(send):
    row = AnnouncementFactory(ends_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(Over):
        send(row)
    row.refresh_from_db()
    assert row.status == "draft"


def test_what_staff_do_is_recorded(send, staff):
    send(send(AnnouncementFactory()), "stop")
    rows = AuditLogEntry.objects.values_list("actor", "action", "reason", "after")
    assert list(rows) == [
        (staff.pk, "stop", "It is time.", "stopped"),
        (staff.pk, "send", "It is time.", "sent"),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"title_en": ""},
        {"starts_at": "2025-01-02T00:00:00Z", "ends_at": "2025-01-01T00:00:00Z"},
    ],
)
def test_the_database_refuses_what_makes_no_sense(fields):
    with pytest.raises(IntegrityError):
        AnnouncementFactory(**fields)
