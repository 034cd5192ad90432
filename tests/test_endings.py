"""What ends soon is told of in time, and once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import suspend
from jobs.maintenance import REGISTRY
from listings.models import Listing
from listings.tests.factories import ListingFactory
from notifications.models import Notification
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)
LONG_AGO = NOW - 20 * DAY


def tell(at=NOW) -> int:
    names = ("notify of ending listings", "notify of ending tasks")
    return sum(REGISTRY[name].run(at, dry_run=False) for name in names)


def test_a_listing_that_ends_soon_is_told_of_once():
    ListingFactory(expires_at=NOW + 2 * DAY)
    assert [tell(), tell(), tell(NOW + DAY)] == [1, 0, 0]


def test_a_listing_that_was_renewed_is_told_of_again():
    listing = ListingFactory(expires_at=NOW + 2 * DAY)
    tell()
    Listing.objects.filter(pk=listing.pk).update(expires_at=NOW + 62 * DAY)
    assert [tell(), tell(NOW + 60 * DAY)] == [0, 1]


@pytest.mark.parametrize("days", [-1, 4])
def test_a_listing_that_has_ended_or_has_time_is_not_told_of(days):
    ListingFactory(expires_at=NOW + days * DAY)
    assert tell() == 0


def test_what_was_deleted_from_the_list_is_not_told_again(api, alice):
    ListingFactory(seller=alice, expires_at=NOW + DAY)
    tell()
    row = Notification.objects.get()
    api.as_(alice).delete(f"/api/notifications/{row.pk}")
    assert tell() == 0


def test_a_task_is_told_of_before_its_deadline_or_its_age():
    TaskFactory(deadline=NOW + DAY, created_at=LONG_AGO)
    TaskFactory(created_at=NOW - 29 * DAY)
    assert [tell(), tell()] == [2, 0]
    assert set(Notification.objects.values_list("kind", flat=True)) == {"task_expiring"}


def test_a_task_for_tomorrow_needs_no_reminder():
    TaskFactory(deadline=NOW + DAY, created_at=NOW - DAY)
    assert tell() == 0


def test_the_suspended_are_passed_over(alice):
    suspend(type(alice).objects)
    ListingFactory(seller=alice, expires_at=NOW + DAY)
    assert tell() == 0


def test_an_expired_listing_is_told_of(alice):
    ListingFactory(seller=alice, expires_at=NOW - DAY)
    REGISTRY["expire listings"].run(NOW, dry_run=False)
    assert Notification.objects.get().kind == "listing_expired"


@pytest.mark.parametrize(
    ("state", "is_swept"),
    [({}, False), ({"read_at": LONG_AGO}, True), ({"in_app": False}, True)],
)
def test_old_ones_are_swept_once_nobody_waits_for_them(alice, state, is_swept):
    age = {"created_at": NOW - 91 * DAY}
    Notification.objects.create(recipient=alice, kind="welcome", **age, **state)
    REGISTRY["delete expired notifications"].run(NOW, dry_run=False)
    assert Notification.objects.exists() != is_swept
