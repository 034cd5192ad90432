"""How many notifications and e-mails one person receives, whatever others do."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from jobs.models import Job
from notifications import delivery, jobs, services
from notifications.models import EmailRecord, Notification, Preference
from notifications.services import notify
from notifications.tests.factories import NotificationFactory
from notifications.unsubscribe import parse_token, unsubscribe
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db
PARAMS = {"name": "Worker", "title": "Paint the fence", "days": 14}
NOW = timezone.now()


@pytest.fixture(autouse=True)
def limits(settings):
    settings.EMAILS_PER_HOUR, settings.EMAILS_PER_DAY = 2, 5


def deliver(alice, count: int, *, at=NOW) -> None:
    for row in NotificationFactory.create_batch(count, recipient=alice):
        delivery.deliver(row, at=at)


def sent() -> int:
    return Job.objects.filter(name="jobs.send_mail").count()


def held() -> int:
    return EmailRecord.objects.filter(is_held=True).count()


def test_same_event_notifies_once_a_day(alice, bob, run_jobs):
    """B2: however often one person repeats it about one subject."""
    task = TaskFactory(creator=alice)
    for _time in range(3):
        notify(alice, "application_received", subject=task, actor=bob, **PARAMS)
    run_jobs()
    assert (Notification.objects.count(), len(mail.outbox)) == (1, 1)


def test_next_day_it_notifies_again(alice, bob):
    """B2."""
    task = TaskFactory(creator=alice)
    notify(alice, "application_received", subject=task, actor=bob, **PARAMS)
    yesterday = timezone.localdate() - timedelta(days=1)
    row = Notification.objects.get()
    key = row.dedup_key.replace(str(timezone.localdate()), str(yesterday))
    Notification.objects.update(dedup_key=key)
    assert notify(alice, "application_received", subject=task, actor=bob, **PARAMS)


def test_other_actor_type_or_subject_notifies(alice, bob, mallory):
    """B2: only a repetition is left out."""
    one, two = TaskFactory.create_batch(2, creator=alice)
    for kind, task, actor in (
        ("application_received", one, bob),
        ("application_withdrawn", one, bob),
        ("application_received", two, bob),
        ("application_received", one, mallory),
    ):
        assert notify(alice, kind, subject=task, actor=actor, **PARAMS)


def test_review_written_again_and_again_is_one_notification(api, alice, bob, run_jobs):
    """B2: it shows the latest one."""
    client = api.as_(bob)
    for rating in (1, 2, 5):
        body = {"reviewed_user_id": alice.pk, "rating": rating, "content": "Hello."}
        review = client.post("/api/reviews", body).json()["review"]
        if rating < 5:
            client.delete(f"/api/reviews/{review['id']}")
    run_jobs()
    [row] = Notification.objects.all()
    assert (row.params["rating"], len(mail.outbox)) == (5, 1)


def test_each_decision_of_staff_is_told(alice, staff):
    """B2: also the second of a day about one item."""
    task = TaskFactory(creator=alice)
    for _time in range(2):
        assert notify(alice, "content_hidden", subject=task, actor=staff, **PARAMS)


def test_switching_a_favorite_notifies_nobody(api, alice, bob, run_jobs):
    """B2: no event notifies."""
    task, client = TaskFactory(creator=alice), api.as_(bob)
    for _time in range(4):
        client.post("/api/favorites", {"item_type": "task", "item_id": task.pk})
    run_jobs()
    assert (Notification.objects.count(), mail.outbox) == (0, [])


# --- E-mails an hour and a day --------------------------------------------------------


def test_emails_above_the_limit_are_held(alice, bob):
    """B2: and those of others are not."""
    deliver(alice, 5)
    assert (sent(), held()) == (2, 3)
    deliver(bob, 1)
    assert sent() == 3


def test_held_ones_come_in_one_digest_when_the_hour_is_over(alice, run_jobs):
    """B2: none is lost, and each is in it."""
    deliver(alice, 5)
    [digest] = Job.objects.filter(name="notifications.send_digest")
    assert digest.due_at == NOW + delivery.HOUR
    delivery.send_digest(alice.pk, at=NOW + delivery.HOUR)
    run_jobs()
    assert (len(mail.outbox), held()) == (3, 0)
    last = mail.outbox[-1]
    assert last.subject == "Notifications: 3"
    assert last.body.count("* Please confirm: Paint the fence") == 3


def test_digest_that_comes_too_early_waits(alice):
    """B2."""
    deliver(alice, 3)
    delivery.send_digest(alice.pk, at=NOW + timedelta(minutes=59))
    assert (sent(), held()) == (2, 1)
    assert Job.objects.filter(name="notifications.send_digest").count() == 2


def test_digest_counts_as_an_email(alice):
    """B2: a person receives no more than the limit in any hour."""
    deliver(alice, 5)
    for minutes in range(60, 180, 5):
        at = NOW + timedelta(minutes=minutes)
        deliver(alice, 3, at=at)
        delivery.send_digest(alice.pk, at=at)
        recent = EmailRecord.objects.filter(is_held=False, at__gt=at - delivery.HOUR)
        assert recent.count() <= 2
    assert sent() <= 5


def test_day_has_a_limit_of_its_own(alice):
    """B2."""
    for hours in range(8):
        deliver(alice, 1, at=NOW + timedelta(hours=hours))
    assert (sent(), held()) == (5, 3)
    assert delivery.next_slot(alice.pk, at=NOW + delivery.HOUR) == NOW + delivery.DAY


def test_zero_is_no_limit(alice, settings):
    """B2."""
    settings.EMAILS_PER_HOUR = settings.EMAILS_PER_DAY = 0
    deliver(alice, 9)
    assert (sent(), held()) == (9, 0)


def test_single_held_one_is_sent_as_it_is(alice, run_jobs):
    """B2."""
    deliver(alice, 3)
    delivery.send_digest(alice.pk, at=NOW + delivery.HOUR)
    run_jobs()
    assert mail.outbox[-1].subject == "Please confirm: Paint the fence"


def test_digest_leaves_out_what_is_no_longer_wanted(alice):
    """B2."""
    deliver(alice, 4)
    services.set_preference(alice, "tasks", email=False)
    delivery.send_digest(alice.pk, at=NOW + delivery.HOUR)
    assert (sent(), held()) == (2, 0)


def test_long_digest_says_how_many_more(alice, monkeypatch):
    """B2."""
    monkeypatch.setattr(delivery, "MAX_DIGEST_ITEMS", 2)
    deliver(alice, 6)
    delivery.send_digest(alice.pk, at=NOW + delivery.HOUR)
    text = Job.objects.filter(name="jobs.send_mail").first().kwargs["text"]
    assert (text.count("* Please confirm"), "And 2 more." in text) == (2, True)


def test_digest_keeps_no_texts_once_its_email_is_written(alice):
    """A16: they would outlive the notifications of which it is made."""
    deliver(alice, 4)
    delivery.send_digest(alice.pk, at=NOW + delivery.HOUR)
    assert "items" not in Notification.objects.get(kind="digest").params


def test_digest_is_not_in_the_list(api, alice):
    """B2."""
    deliver(alice, 4)
    delivery.send_digest(alice.pk, at=NOW + delivery.HOUR)
    listed = api.as_(alice).get("/api/notifications").json()["notifications"]
    assert {row["kind"] for row in listed} == {"task_done"}


def test_link_of_a_digest_ends_all_its_groups(alice, run_jobs):
    """B2."""
    deliver(alice, 3)
    review = NotificationFactory(recipient=alice, kind="review_received")
    delivery.deliver(review, at=NOW)
    delivery.send_digest(alice.pk, at=NOW + delivery.HOUR)
    run_jobs()
    url = mail.outbox[-1].extra_headers["List-Unsubscribe"].strip("<>")
    unsubscribe(parse_token(url.rpartition("/")[2]))
    off = Preference.objects.filter(email=False).values_list("group", flat=True)
    assert sorted(off) == ["reviews", "tasks"]


def test_digest_whose_job_was_lost_is_sent_by_maintenance(alice):
    """B2: none is lost."""
    deliver(alice, 4)
    Job.objects.filter(name="notifications.send_digest").delete()
    later = NOW + delivery.HOUR + timedelta(minutes=1)
    assert jobs.send_overdue_digests(later, dry_run=True) == 1
    assert jobs.send_overdue_digests(later, dry_run=False) == 1
    assert Job.objects.filter(name="notifications.send_digest").count() == 1


def test_records_of_sent_emails_are_deleted_after_the_window(alice):
    """B2."""
    deliver(alice, 4)
    at = NOW + timedelta(days=3)
    assert jobs.delete_expired_records(at, dry_run=False) == 2
    assert held() == 2
