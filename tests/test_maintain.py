"""What `manage.py maintain` ends, sweeps and mends."""

import threading
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Avg, Count
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts import services as accounts
from accounts import tokens
from accounts.models import Session, User
from accounts.tests.factories import UserFactory
from alerts.models import Alerted
from alerts.tests.factories import SavedSearchFactory
from core.exceptions import WrongStatus
from figures.counting import market_today
from figures.tests.factories import SearchWithoutResultsFactory
from jobs import maintenance
from jobs.exceptions import JobTimeout
from jobs.models import Job
from listings.models import Listing
from listings.tests.factories import ListingFactory
from listings.workflow import LISTING_WORKFLOW
from notifications.tests.factories import NotificationFactory
from realtime.models import Ticket
from reviews import services as reviews
from reviews.models import Review
from reviews.tests.factories import ReviewFactory
from reviews.workflow import MODERATION
from tasks.models import TaskEvent, TaskRequest
from tasks.tests.factories import ApplicationFactory, TaskFactory
from uploads.models import Upload

LONG_AGO = timezone.now() - timedelta(days=400)
SOON = timezone.now() + timedelta(days=1)
ON_SQLITE = connection.vendor == "sqlite"


def run(**options) -> dict[str, int]:
    return dict(
        maintenance.run_all(at=timezone.now(), dry_run=options.get("dry_run", False))
    )


def upload_of(owner, **data) -> Upload:
    key = f"{Upload.objects.count():032x}.jpg"
    data = {"created_at": LONG_AGO, "size": 1, "width": 1, "height": 1} | data
    return Upload.objects.create(owner=owner, key=key, **data)


@pytest.fixture
def mess(alice, bob):
    """One row, or so, for every job."""
    SearchWithoutResultsFactory(day=LONG_AGO.date(), count=9)
    SearchWithoutResultsFactory(day=market_today() - timedelta(days=1), count=1)
    ListingFactory(seller=alice, expires_at=LONG_AGO)
    ListingFactory(seller=bob, expires_at=SOON)
    TaskFactory(creator=alice, deadline=LONG_AGO)
    NotificationFactory(recipient=alice, created_at=LONG_AGO, read_at=LONG_AGO)
    TaskFactory(creator=alice, done=True, assigned_to=bob, marked_done_at=LONG_AGO)
    upload_of(alice)
    Session.objects.create(user=alice, created_at=LONG_AGO)
    Ticket.objects.create(
        digest="x",
        session=Session.objects.create(user=alice),
        expires_at=LONG_AGO,
        token_expires_at=LONG_AGO,
    )
    OutstandingToken.objects.create(
        user=alice, jti="old", token="t", expires_at=LONG_AGO
    )
    User.objects.filter(pk=alice.pk).update(reviews_count=3, average_rating=2)
    User.objects.filter(pk=alice.pk).update(tasks_completed=8)
    TaskRequest.objects.filter(status="open").update(applications_count=5)
    upload_of(alice, uses=4)
    for status in ("done", "dead"):
        Job.objects.create(name="x", status=status, due_at=None, finished_at=LONG_AGO)
    told_of(SavedSearchFactory(user=bob), status="deleted", days=33)


ENDED = {
    "delete old searches without results": 1,
    "forget rare searches": 1,
    "notify of ending listings": 1,
    "notify of ending tasks": 0,
    "delete expired notifications": 1,
    "delete expired e-mail records": 0,
    "fail interrupted text messages": 0,
    "delete old text messages": 0,
    "delete old counters of text messages": 0,
    "send overdue digests": 0,
    "delete expired alerts": 1,
    "delete expired tables": 0,
    "delete old fingerprints": 0,
    "delete old hits of rules": 0,
    "expire listings": 1,
    "expire tasks": 1,
    "confirm tasks": 1,
    "remind of automatic confirmations": 0,
    "reopen unpaid tasks": 0,
    "open missing disputes": 0,
    "review unanswered disputes": 0,
    "escalate disputes": 0,
    "expire unpaid payments": 0,
    "repair ratings": 1,
    "repair task counts": 1,
    "repair application counts": 1,
    "repair picture counts": 1,
    "end suspensions": 0,
    "end restrictions": 0,
    "delete unconfirmed registrations": 0,
    "delete used tokens of other services": 0,
    "delete expired tokens": 1,
    "delete expired sessions": 1,
    "delete expired tickets": 1,
    "delete expired admin sessions": 0,
    "delete finished jobs": 1,
    "delete dead jobs": 1,
    "delete lifted suppressions": 0,
    "delete old audit log entries": 0,
    "delete old admin log entries": 0,
    "delete old security events": 0,
    "delete expired challenges": 0,
    "delete expired exports": 0,
    "delete unused saved searches": 0,
    "delete expired stored answers": 0,
    "show delayed reviews": 0,
    "delete old events of the provider": 0,
    "close decided cases": 0,
    "forget outsiders who have reported": 0,
    "delete texts of closed cases": 0,
    "delete expired strikes": 0,
}


def test_twice_is_as_good_as_once(mess):
    """T7: the second run finds nothing left to do.

    One picture more is found to be unused, and a person without tasks to be no helper.
    """
    assert run() == ENDED | {"delete orphaned uploads": 2, "rebuild vocabulary": 10}
    assert set(run().values()) == {0}


def test_dry_run_changes_nothing(mess):
    assert run(dry_run=True) == ENDED | {
        "delete orphaned uploads": 1,
        "rebuild vocabulary": 11,
    }
    assert run(dry_run=True) == ENDED | {
        "delete orphaned uploads": 1,
        "rebuild vocabulary": 11,
    }


def test_command_prints_one_line_for_each_job(mess, capsys):
    call_command("maintain", "--dry-run")
    lines = capsys.readouterr().out.splitlines()
    assert "notify of ending listings: 1" in lines
    assert len(lines) == len(maintenance.REGISTRY)


def test_a_failing_job_stops_no_other(mess, monkeypatch, capsys):
    def burst(at, *, dry_run):
        raise RuntimeError

    broken = replace(maintenance.REGISTRY["expire listings"], run=burst)
    monkeypatch.setitem(maintenance.REGISTRY, "expire listings", broken)
    with pytest.raises(CommandError, match="1 of the jobs"):
        call_command("maintain")
    out = capsys.readouterr().out
    assert "expire listings: failed" in out
    assert "expire tasks: 1" in out
    assert not TaskRequest.objects.filter(status="open").exists()


def test_expiry_is_in_the_history_as_nobodys_act(db):
    task = TaskFactory(deadline=LONG_AGO)
    application = ApplicationFactory(task=task)
    run()
    event = TaskEvent.objects.get(task=task)
    application.refresh_from_db()
    assert (event.name, event.actor, event.new) == ("expire", None, "cancelled")
    assert application.status == "rejected"


def test_confirmation_by_the_clock_counts_for_the_worker(bob):
    TaskFactory(done=True, assigned_to=bob, marked_done_at=LONG_AGO)
    run()
    bob.refresh_from_db()
    assert bob.tasks_completed == 1


def test_what_is_not_due_stays(alice):
    listing, task = ListingFactory(), TaskFactory()
    done = TaskFactory(done=True)
    run()
    for row, status in (
        (listing, "active"),
        (task, "open"),
        (done, "pending_confirmation"),
    ):
        row.refresh_from_db()
        assert row.status == status


def test_a_listing_renewed_since_it_was_read_stays(alice):
    listing = ListingFactory(expires_at=LONG_AGO)
    due = Listing.objects.due(at=timezone.now())
    Listing.objects.update(expires_at=timezone.now() + timedelta(days=9))
    assert not LISTING_WORKFLOW._run_if_due("expire", due, listing.pk)
    listing.refresh_from_db()
    assert listing.status == "active"


@pytest.mark.django_db
def test_ratings_equal_a_recomputation():
    """F4: after random writing, editing, deleting and hiding, and in any order."""
    chance = Random(4)
    people = UserFactory.create_batch(5)
    staff = UserFactory(is_staff=True)
    for _step in range(60):
        one, other = chance.sample(people, 2)
        review = Review.objects.filter(reviewer=one, reviewed_user=other).first()
        act = chance.choice(("edit", "delete", "hide"))
        stars = chance.randint(1, 5)
        if review is None:
            reviews.review_person(
                reviewer=one, reviewed_user_id=other.pk, rating=stars, content=""
            )
        elif review.moderation == "hidden" and chance.random() < 0.5:
            MODERATION.run("restore", review, actor=staff, reason="x")
        elif review.moderation == "hidden":
            continue  # staff's word stands: its author can do nothing
        elif act == "edit":
            reviews.edit(review, actor=one, rating=stars)
        elif act == "delete":
            reviews.delete(review, actor=one)
        else:
            MODERATION.run("hide", review, actor=staff, reason="x")
    assert Review.objects.filter(moderation="hidden").exists()
    for person in User.objects.all():
        data = Review.objects.filter(
            reviewed_user=person, moderation="visible"
        ).aggregate(count=Count("pk"), mean=Avg("rating"))
        assert person.reviews_count == data["count"]
        assert person.average_rating == pytest.approx(data["mean"] or 0)
    assert run()["repair ratings"] == 0


def test_a_wrong_rating_is_mended(alice):
    ReviewFactory(reviewed_user=alice, rating=4)
    ReviewFactory(reviewed_user=alice, rating=1, moderation="hidden")
    assert run()["repair ratings"] == 1
    alice.refresh_from_db()
    assert (alice.reviews_count, alice.average_rating) == (1, 4)
    assert run()["repair ratings"] == 0


def test_wrong_counts_of_failed_tasks_are_mended(bob):
    task = TaskFactory(status="cancelled", assigned_to=bob)
    TaskEvent.objects.create(
        task=task, name="settle-for-creator", old="disputed", new="cancelled"
    )
    assert run()["repair task counts"] == 1
    bob.refresh_from_db()
    assert bob.tasks_failed == 1


def test_withdrawn_applications_do_not_count(db):
    task = TaskFactory()
    ApplicationFactory(task=task)
    ApplicationFactory(task=task, status="withdrawn")
    assert run()["repair application counts"] == 1
    task.refresh_from_db()
    assert task.applications_count == 1
    assert run()["repair application counts"] == 0


def told_of(search, *, status: str, days: int) -> Alerted:
    """That an item was told of, which has been in `status` for so long."""
    listing = ListingFactory(status=status)
    since = timezone.now() - timedelta(days=days)
    Listing.objects.filter(pk=listing.pk).update(updated_at=since)
    return Alerted.objects.create(search=search, item_id=listing.pk)


@pytest.mark.django_db
def test_what_was_told_of_is_forgotten_a_month_after_it_ended():
    """What may come back is told of once, so it is remembered."""
    search, of_services = (
        SavedSearchFactory(),
        SavedSearchFactory(item_type="offerings"),
    )
    gone = told_of(search, status="deleted", days=33)
    kept = [
        told_of(search, status="deleted", days=29),
        told_of(search, status="archived", days=33),
        Alerted.objects.create(search=of_services, item_id=gone.item_id),
    ]
    assert run()["delete expired alerts"] == 1
    assert list(Alerted.objects.order_by("pk")) == kept


def test_a_picture_that_is_shown_is_never_swept(alice):
    """Its count was lost; it is mended before the sweep."""
    one, two = upload_of(alice), upload_of(alice)
    ListingFactory(seller=alice, images=f"{one.url},{two.url}")
    TaskFactory(creator=alice, images=one.url)
    User.objects.filter(pk=alice.pk).update(
        avatar_url=two.url, profile_picture_url=two.url
    )
    assert run()["repair picture counts"] == 2
    assert list(Upload.objects.values_list("uses", flat=True)) == [2, 2]


def test_sessions_end_with_their_last_token(alice, bob):
    """T7: a session lives on while one of its tokens is valid."""
    tokens.open_session(alice)
    tokens.open_session(bob)
    Session.objects.update(created_at=LONG_AGO)
    OutstandingToken.objects.filter(user=bob).update(expires_at=LONG_AGO)
    run()
    assert list(Session.objects.values_list("user", flat=True)) == [alice.pk]


def test_ended_sessions_expire_after_a_while(alice):
    tokens.open_session(alice)
    Session.objects.update(created_at=LONG_AGO, ended_at=LONG_AGO)
    assert accounts.expired_sessions(at=timezone.now()).count() == 1


@pytest.mark.skipif(ON_SQLITE, reason="needs PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_each_thing_once():
    """T7: two workers at the same time; one event and one count each."""
    bob = UserFactory()
    ListingFactory.create_batch(20, expires_at=LONG_AGO)
    TaskFactory.create_batch(20, deadline=LONG_AGO)
    TaskFactory.create_batch(20, done=True, assigned_to=bob, marked_done_at=LONG_AGO)
    found, start = [], threading.Barrier(2)

    def work():
        start.wait()
        found.append(run())
        connection.close()

    workers = [threading.Thread(target=work) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for name in ("expire listings", "expire tasks", "confirm tasks"):
        assert sum(result[name] for result in found) == 20
    assert TaskEvent.objects.count() == 40
    assert Listing.objects.filter(status="archived").count() == 20
    bob.refresh_from_db()
    assert bob.tasks_completed == 20


def test_who_runs_out_of_time_ends_all_of_it(db, monkeypatch):
    """Its alarm rings once; the parts after it would have no limit."""

    def late(at, *, dry_run):
        raise JobTimeout

    last = maintenance.in_order()[-1]
    monkeypatch.setitem(maintenance.REGISTRY, last.name, replace(last, run=late))
    with pytest.raises(JobTimeout):
        run()


def test_a_row_that_a_rule_refuses_holds_up_no_other(alice, monkeypatch):
    """As of a bank that reviews the payment of one task in the moment of its turn."""
    refused, other = ListingFactory.create_batch(2, expires_at=LONG_AGO)
    run_one = LISTING_WORKFLOW.run

    def run_or_refuse(name, listing, **data):
        if listing == refused:
            raise WrongStatus("Not now.")
        return run_one(name, listing, **data)

    monkeypatch.setattr(LISTING_WORKFLOW, "run", run_or_refuse)
    due = Listing.objects.due(at=timezone.now()).order_by("pk")
    assert LISTING_WORKFLOW.run_due("expire", due) == 1
    other.refresh_from_db()
    assert other.status == "archived"
