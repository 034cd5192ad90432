"""Two workers at once, on PostgreSQL with real threads: SQLite has one writer."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from alerts import instant, matching, services
from alerts.models import Alerted, Candidate, ComparedItem, SavedSearch
from alerts.tests.factories import SavedSearchFactory
from core.exceptions import DomainError
from listings.tests.factories import ListingFactory
from notifications.models import Notification

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]
WORKERS = 6  # each with a connection of its own, of the eight in the pool


def at_once(act) -> list:
    start = Barrier(WORKERS)

    def run(number: int):
        connection.ensure_connection()
        start.wait(timeout=30)
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(run, range(WORKERS)))


def test_workers_with_the_same_search_tell_once(alice):
    """As after a lease that ran out under a slow worker."""
    search = SavedSearchFactory(user=alice, query={})
    ListingFactory.create_batch(3)
    now = timezone.now()
    notified = at_once(lambda number: matching.send(search.pk, at=now))
    assert sorted(notified) == [False] * (WORKERS - 1) + [True]
    assert Notification.objects.get().params["count"] == "3"
    assert Alerted.objects.count() == 3


@pytest.mark.parametrize("again", range(8))
def test_search_is_deleted_while_workers_ask_it(alice, again):
    search = SavedSearchFactory(user=alice, query={})
    ListingFactory.create_batch(3)
    now = timezone.now()

    def act(number: int) -> None:
        if number:
            matching.send(search.pk, at=now)
        else:
            services.delete(search)

    at_once(act)
    assert not SavedSearch.objects.exists()
    assert not Alerted.objects.exists()


def test_workers_share_what_is_due(alice, monkeypatch):
    monkeypatch.setattr(matching, "BATCH_SEARCHES", 5)
    searches = SavedSearchFactory.create_batch(40, query={})
    ListingFactory()
    now = timezone.now()
    at_once(lambda number: matching.send_due(at=now, seconds=60))
    matching.send_due(at=now, seconds=60)  # a worker may have found all taken
    recipients = Notification.objects.values_list("recipient", flat=True)
    assert sorted(recipients) == sorted(search.user_id for search in searches)


def test_a_claimed_search_is_passed_over_by_others(alice):
    SavedSearchFactory.create_batch(3, query={})
    ListingFactory()
    now = timezone.now()
    claimed = at_once(lambda number: matching.claim(at=now)[1])
    assert sorted(pk for pks in claimed for pk in pks) == sorted(
        SavedSearch.objects.values_list("pk", flat=True)
    )


def test_saves_at_once_keep_to_the_bound(alice, monkeypatch):
    monkeypatch.setattr(services, "MAX_SEARCHES", 3)

    def save(number: int) -> bool:
        data = {"item_type": "listings", "name": "x", "frequency": "daily"}
        try:
            services.save(alice, query={"min_price": number % 5}, **data)
        except DomainError:
            return False
        return True

    assert at_once(save).count(True) == SavedSearch.objects.count() == 3


# --- Instant searches that wait for items ---------------------------------------------

FAR = 1e12  # no time limit


def test_workers_compare_an_item_once(alice):
    SavedSearchFactory(user=alice, query={}, waiting=True)
    ListingFactory.create_batch(3)
    now = timezone.now()
    at_once(lambda number: instant.compare_new_items(at=now, ends=FAR))
    assert ComparedItem.objects.count() == 3
    assert len(Candidate.objects.get().item_ids) == 3


def test_workers_share_the_candidates(alice, monkeypatch):
    monkeypatch.setattr(instant, "BATCH_CANDIDATES", 5)
    searches = SavedSearchFactory.create_batch(40, query={}, waiting=True)
    ListingFactory()
    now = timezone.now()
    instant.compare_new_items(at=now, ends=FAR)
    at_once(lambda number: instant.report_candidates(at=now, ends=FAR))
    instant.report_candidates(at=now, ends=FAR)  # a worker may have found all taken
    recipients = Notification.objects.values_list("recipient", flat=True)
    assert sorted(recipients) == sorted(search.user_id for search in searches)
    assert not Candidate.objects.exists()


def test_a_run_and_a_candidate_report_an_item_once(alice):
    """One of the two waits, or leaves it for the next minute."""
    search = SavedSearchFactory(user=alice, query={})
    ListingFactory.create_batch(3)
    now = timezone.now()
    instant.compare_new_items(at=now, ends=FAR)

    def act(number: int) -> None:
        if number % 2:
            matching.send(search.pk, at=now)
        else:
            instant.report_candidates(at=now, ends=FAR)

    at_once(act)
    instant.report_candidates(at=now + 2 * instant.PAUSE, ends=FAR)
    assert Notification.objects.get().params["count"] == "3"
    assert Alerted.objects.count() == 3


@pytest.mark.parametrize("again", range(4))
def test_search_is_deleted_while_its_candidates_are_decided(alice, again):
    search = SavedSearchFactory(user=alice, query={}, waiting=True)
    ListingFactory.create_batch(3)
    now = timezone.now()
    instant.compare_new_items(at=now, ends=FAR)

    def act(number: int) -> None:
        if number:
            instant.report_candidates(at=now, ends=FAR)
        else:
            services.delete(search)

    at_once(act)
    instant.report_candidates(at=now + 2 * instant.PAUSE, ends=FAR)
    assert not Candidate.objects.exists()
    assert not Alerted.objects.exists()
