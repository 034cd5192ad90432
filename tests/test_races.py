"""Real threads against PostgreSQL: of things done at once, one takes effect.

`make races` asks the same of a running server, with more of everything.
"""

import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts import moderation, tokens
from accounts import services as accounts
from accounts.devices import Device
from accounts.models import Block, Session, User
from accounts.signals import user_suspension_changed
from accounts.tests.factories import PASSWORD, UserFactory
from core.exceptions import DomainError, NotFound, WrongStatus
from favorites import services as favorites
from favorites.models import Favorite
from jobs.models import Job
from listings.tests.factories import ListingFactory
from messaging import digests
from messaging.blocks import block
from messaging.services import start
from moderation import batches
from moderation.tests.factories import CaseFactory
from notifications import delivery
from notifications.models import EmailRecord, Notification
from notifications.services import mark_all_read, notify
from notifications.tests.factories import NotificationFactory
from reviews import services as reviews
from reviews.tests.factories import ReviewFactory
from reviews.workflow import MODERATION
from tasks import applications
from tasks.tests.factories import ApplicationFactory, TaskFactory
from tasks.workflow import TASK_WORKFLOW

AT_ONCE = 6  # each with a connection of its own, of the eight in the pool
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="needs PostgreSQL",  # SQLite has one writer at a time
    ),
]


def at_once(*jobs) -> Counter:
    """Start all `jobs` together; count what came of them: "done", or an error."""
    start = threading.Barrier(len(jobs))
    with ThreadPoolExecutor(len(jobs)) as runners:
        futures = [runners.submit(_outcome, job, start) for job in jobs]
        return Counter(future.result() for future in futures)


def _outcome(job, start: threading.Barrier) -> str:
    connection.ensure_connection()
    start.wait(timeout=10)
    try:
        job()
    except (DomainError, DatabaseError) as error:
        return getattr(error, "code", type(error).__name__)
    else:
        return "done"
    finally:
        connection.close()


def test_one_of_many_acceptances_wins():
    """T2"""
    task = TaskFactory()
    chosen = [ApplicationFactory(task=task).pk for _ in range(AT_ONCE)]

    def accept(pk):
        TASK_WORKFLOW.run("accept", task, actor=task.creator, application_id=pk)

    outcomes = at_once(*(lambda pk=pk: accept(pk) for pk in chosen))
    assert outcomes == {"done": 1, "invalid_transition": AT_ONCE - 1}
    assert task.applications.filter(status="accepted").count() == 1
    assert task.events.count() == 1


def test_a_person_applies_once():
    """T3"""
    task, worker = TaskFactory(), UserFactory()
    outcomes = at_once(
        *[lambda: applications.apply_to(task.pk, worker=worker)] * AT_ONCE
    )
    assert outcomes == {"done": 1, "already_applied": AT_ONCE - 1}
    task.refresh_from_db()
    assert (task.applications.count(), task.applications_count) == (1, 1)


def hold_open(signal, work) -> threading.Event:
    """Run `work` in a thread and stop it at `signal`; return what lets it go on."""
    reached, go_on = threading.Event(), threading.Event()

    def stop(sender, **kwargs):
        reached.set()
        go_on.wait(timeout=10)

    def run():
        signal.connect(stop, weak=False)
        try:
            work()
        finally:
            signal.disconnect(stop)
            connection.close()

    threading.Thread(target=run).start()
    assert reached.wait(timeout=10)
    return go_on


def test_nobody_is_accepted_in_the_moment_of_a_suspension(staff):
    """R7: an acceptance waits for a suspension that has begun, and is refused."""
    application = ApplicationFactory()
    task, worker = application.task, application.applicant
    go_on = hold_open(
        user_suspension_changed,
        lambda: moderation.suspend(worker, actor=staff, reason="Spam."),
    )
    threading.Timer(0.5, go_on.set).start()
    with pytest.raises(WrongStatus):
        TASK_WORKFLOW.run(
            "accept", task, actor=task.creator, application_id=application.pk
        )
    task.refresh_from_db()
    assert (task.status, task.assigned_to) == ("open", None)


def test_acceptances_and_suspensions_do_not_wait_for_each_other(staff):
    """R7: the order of the locks is task, application, person."""
    rows = [ApplicationFactory() for _ in range(3)]
    jobs = []
    for row in rows:
        jobs.append(
            lambda row=row: TASK_WORKFLOW.run(
                "accept", row.task, actor=row.task.creator, application_id=row.pk
            )
        )
        jobs.append(
            lambda row=row: moderation.suspend(
                row.applicant, actor=staff, reason="Spam."
            )
        )
    outcomes = at_once(*jobs)
    assert set(outcomes) <= {"done", "invalid_transition"}
    assert outcomes["done"] >= 3


def test_a_block_and_an_application_see_each_other():
    """R3: an application waits for a block that is being written."""
    task, worker = TaskFactory(), UserFactory()
    for pair in ((task.creator, worker), (worker, task.creator)):
        outcomes = at_once(
            lambda pair=pair: block(blocker=pair[0], user_id=pair[1].pk),
            lambda: applications.apply_to(task.pk, worker=worker),
        )
        assert set(outcomes) <= {"done", "blocked"}
        assert outcomes["done"] >= 1
        Block.objects.all().delete()
        task.applications.all().delete()


def test_an_application_that_waits_for_a_suspension_is_refused():
    """R3: the creator is suspended in that moment."""
    task, worker = TaskFactory(), UserFactory()
    staff = UserFactory(is_superuser=True, is_staff=True)

    def apply() -> None:
        try:
            applications.apply_to(task.pk, worker=worker)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as runner:
        with transaction.atomic():
            moderation.suspend(task.creator, actor=staff, reason="Spam.")
            waiting = runner.submit(apply)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
        with pytest.raises(NotFound):
            waiting.result(timeout=10)


def test_a_batch_locks_tasks_before_people_and_people_before_reviews():
    """As an application does: otherwise each waits for what the other has locked."""
    task = TaskFactory()
    review = ReviewFactory(reviewed_user=task.creator)
    found = [
        CaseFactory(target_type=kind, target_id=target.pk, person=owner)
        for kind, target, owner in (
            ("review", review, review.reviewer),
            ("user", task.creator, task.creator),
            ("task", task, task.creator),
        )
    ]
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        batches._lock(sorted(found, key=batches._place), with_people=True)
    tables = [
        re.search(r'FROM "(\w+)"', query["sql"])[1]
        for query in queries
        if "FOR NO KEY UPDATE" in query["sql"]
    ]
    order = ["tasks_taskrequest", "accounts_user", "reviews_review", "moderation_case"]
    assert sorted(tables, key=order.index) == tables


def test_toggles_are_one_after_another():
    """F1"""
    person, listing = UserFactory(), ListingFactory()
    marks = []

    def toggle():
        mark = favorites.toggle(user=person, item_type="listing", item_id=listing.pk)
        marks.append(mark is not None)

    for _round in range(5):
        assert at_once(*[toggle] * AT_ONCE) == {"done": AT_ONCE}
    assert marks.count(True) == marks.count(False)
    assert not Favorite.objects.exists()


def test_a_task_is_reviewed_once():
    """F3"""
    task = TaskFactory(completed=True)
    outcomes = at_once(*[lambda: _review(task, by=task.creator)] * AT_ONCE)
    assert outcomes == {"done": 1, "already_reviewed": AT_ONCE - 1}
    worker = User.objects.get(pk=task.assigned_to_id)
    assert (worker.reviews_count, worker.average_rating) == (1, 5)


def _review(task, *, by):
    reviews.review_task(task, reviewer=by, rating=5, content="")


def test_two_people_review_each_other():
    one, other = UserFactory(), UserFactory()
    for _round in range(5):
        task = TaskFactory(completed=True, creator=one, assigned_to=other)
        outcomes = at_once(
            lambda task=task: _review(task, by=one),
            lambda task=task: _review(task, by=other),
        )
        assert outcomes == {"done": 2}


def test_a_review_is_hidden_while_its_author_edits_it(staff):
    for _round in range(5):
        review = ReviewFactory()
        outcomes = at_once(
            lambda r=review: MODERATION.run("hide", r, actor=staff, reason="Rude."),
            lambda r=review: reviews.edit(r, actor=r.reviewer, rating=1),
        )
        # The edit comes first, or finds the review hidden.
        assert outcomes in ({"done": 2}, {"done": 1, "invalid_transition": 1})


def test_an_address_registers_once():
    """A13"""
    spellings = ["kiosk@example.com", "KIOSK@example.com", "\u212aiosk@example.com"]

    def register(number):
        email = spellings[number % 3]
        accounts.register(username=f"k{number:03}", email=email, password=PASSWORD)

    outcomes = at_once(*(lambda n=n: register(n) for n in range(AT_ONCE)))
    assert outcomes == {"done": 1, "email_taken": AT_ONCE - 1}
    assert User.objects.count() == 1


def test_one_refresh_token_gives_one_pair_at_once():
    """A3, X6: uses at the same moment from one device all get the same pair."""
    raw, pairs = tokens.open_session(UserFactory())["refresh"], []
    outcomes = at_once(*[lambda: pairs.append(tokens.refresh(raw))] * AT_ONCE)
    assert outcomes == {"done": AT_ONCE}
    assert len({pair["refresh"] for pair in pairs}) == 1
    assert OutstandingToken.objects.filter(blacklistedtoken=None).count() == 1


def test_a_refresh_token_works_once_for_two_devices():
    """A3: two devices at once end the session, whoever comes first."""
    raw = tokens.open_session(UserFactory())["refresh"]
    devices = [Device("203.0.113.1"), Device("203.0.113.2")] * (AT_ONCE // 2)
    at_once(*(lambda d=device: tokens.refresh(raw, d) for device in devices))
    assert not Session.objects.filter(ended_at=None).exists()


def test_of_one_key_one_notification_is_written():
    alice = UserFactory()

    def tell():
        notify(alice, "welcome", dedup_key="welcome:1", name="Alice")

    assert at_once(*[tell] * AT_ONCE) == {"done": AT_ONCE}
    assert Notification.objects.count() == 1
    assert Job.objects.filter(name="notifications.deliver").count() == 1


def test_of_one_event_at_once_one_notification_follows_the_read_one():
    """B2: whoever comes first takes the key over; the others find it unread."""
    alice, bob, task = UserFactory(), UserFactory(), TaskFactory()

    def tell():
        params = {"name": "Bob", "title": "Snow"}
        notify(alice, "application_received", subject=task, actor=bob, **params)

    tell()
    mark_all_read(alice)
    assert at_once(*[tell] * AT_ONCE) == {"done": AT_ONCE}
    assert (Notification.objects.count(), Notification.objects.unread().count()) == (
        2,
        1,
    )


def test_workers_at_once_keep_the_limit_of_emails(settings):
    """B2: many notifications of one person, delivered at the same time."""
    settings.EMAILS_PER_HOUR = 2
    rows = NotificationFactory.create_batch(AT_ONCE, recipient=UserFactory())

    def worker(row):
        @transaction.atomic
        def run():
            delivery.deliver(row, at=timezone.now())

        return run

    assert at_once(*map(worker, rows)) == {"done": AT_ONCE}
    assert EmailRecord.objects.filter(is_held=False).count() == 2
    assert EmailRecord.objects.filter(is_held=True).count() == AT_ONCE - 2


def test_a_burst_of_messages_is_told_of_once_by_many_workers():
    _talk, _is_new = start(
        sender=UserFactory(), user_id=UserFactory().pk, content="Hello!"
    )
    later = timezone.now() + digests.QUIET_PERIOD
    at_once(*[lambda: digests.send(at=later)] * AT_ONCE)
    assert Notification.objects.count() == 1
