"""`notify_all` notifies each person as `notify` would, by a few statements."""

import pytest
from django.test import TestCase

from accounts import moderation
from accounts.models import Block
from accounts.tests.factories import UserFactory
from jobs.models import Job
from notifications import bulk, publishing, services
from notifications.models import Notification
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db
KIND = "application_rejected"
PARAMS = {"name": "Creator", "title": "Paint the fence", "days": 14, "reason": "No."}


@pytest.fixture
def task(alice):
    return TaskFactory(creator=alice)


def notify_all(task, people, kind=KIND, **more) -> None:
    events = [(person, kind, PARAMS | more) for person in people]
    bulk.notify_all(events, subject=task, actor=task.creator)


def told() -> list[tuple[int, dict]]:
    rows = Notification.objects.order_by("recipient_id")
    return [(row.recipient_id, row.params) for row in rows]


def test_each_person_has_a_row_an_email_and_an_event(task, monkeypatch):
    people, seen = UserFactory.create_batch(3), []
    monkeypatch.setattr(publishing.events, "has_receivers", lambda: True)
    monkeypatch.setattr(
        publishing.events,
        "publish",
        lambda ids, name, payload: seen.append((ids, name)),
    )
    with TestCase.captureOnCommitCallbacks(execute=True):
        notify_all(task, people)
    assert told() == [(person.pk, PARAMS) for person in people]
    ids = set(Notification.objects.values_list("pk", flat=True))
    jobs = Job.objects.filter(name="notifications.deliver")
    assert {job.kwargs["notification_id"] for job in jobs} == ids
    for name in (publishing.CREATED, publishing.UNREAD):
        assert sorted(ids for ids, n in seen if n == name) == [(p.pk,) for p in people]


def test_statements_do_not_grow_with_people(task, django_assert_num_queries):
    few, many = UserFactory.create_batch(2), UserFactory.create_batch(20)
    for people in (few, many):
        # Of the savepoint two: the channels, the rows and the jobs.
        with django_assert_num_queries(3 + 2):
            notify_all(task, people)


def test_whoever_was_told_today_is_told_once_and_the_others_too(task):
    people = UserFactory.create_batch(3)
    notify_all(task, people[:1])
    notify_all(task, people, title="Paint the wall")
    assert told() == [(p.pk, PARAMS | {"title": "Paint the wall"}) for p in people]


def test_suspended_people_the_actor_and_the_silent_are_left_out(task, staff):
    silent, suspended, other = UserFactory.create_batch(3)
    moderation.suspend(suspended, actor=staff, reason="Spam.")
    group = services.NOTIFICATION_TYPES[KIND].group
    services.set_preference(silent, group, in_app=False, email=False)
    Notification.objects.all().delete()
    notify_all(task, [silent, suspended, task.creator, other])
    assert told() == [(other.pk, PARAMS)]


def test_after_a_block_people_are_told_of_a_deal_alone_and_without_words(task):
    blocker, other = UserFactory.create_batch(2)
    Block.objects.create(blocker=blocker, blocked=task.creator)
    notify_all(task, [blocker, other])  # of an application: not at all
    assert told() == [(other.pk, PARAMS)]
    Notification.objects.all().delete()
    notify_all(task, [blocker, other], kind="task_cancelled")
    without_words = {name: text for name, text in PARAMS.items() if name != "reason"}
    assert told() == [(blocker.pk, without_words), (other.pk, PARAMS)]


def test_nobody_to_notify_costs_nothing(task, django_assert_num_queries):
    with django_assert_num_queries(0):
        notify_all(task, [])
