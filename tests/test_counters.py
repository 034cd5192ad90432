"""Counting views without locking rows."""

import pytest
from django.core.cache import cache
from django.db import DatabaseError

from core.db.counters import BufferedCounter
from listings.models import Listing
from listings.tests.factories import ListingFactory


@pytest.fixture
def counter(settings, db, monkeypatch):
    settings.COUNTER_FLUSH_SECONDS = 60
    counter = BufferedCounter(Listing, "views_count")
    monkeypatch.setattr(counter, "_start_flusher", lambda: None)
    return counter


def test_counts_wait_and_are_written_together(counter, django_assert_num_queries):
    one, two = ListingFactory.create_batch(2)
    with django_assert_num_queries(0):
        for listing, count in ((one, 1), (one, 2), (two, 1)):
            counter.add(listing)
            assert counter.value(listing) == count
    with django_assert_num_queries(1):
        assert counter.flush() == 2
    views = Listing.objects.order_by("pk").values_list("views_count", flat=True)
    assert list(views) == [2, 1]


def test_a_second_flush_writes_nothing(counter):
    counter.add(ListingFactory())
    assert [counter.flush(), counter.flush()] == [1, 0]


def test_what_could_not_be_written_is_kept(counter, monkeypatch):
    listing = ListingFactory()

    def fail(rows, combine):
        raise DatabaseError

    counter.add(listing)
    with monkeypatch.context() as broken:
        broken.setattr(counter, "_write", fail)
        counter.flush()
    counter.flush()
    listing.refresh_from_db()
    assert listing.views_count == 1


# --- Totals that processes share through Redis ----------------------------------------


@pytest.fixture
def processes(settings, db, monkeypatch):
    """Two counters, as two processes have them, that share one cache.

    Nothing is written, so that all that was counted is in their memory and the cache.
    """
    settings.COUNTER_FLUSH_SECONDS, settings.REDIS_URL = 60, "redis://shared"
    monkeypatch.setattr(BufferedCounter, "_start_flusher", lambda self: None)
    cache.clear()
    yield [BufferedCounter(Listing, "views_count") for _process in range(2)]
    cache.clear()


def read(counter, pk, *, count=True) -> int:
    """Return what a reader of the row is shown."""
    row = Listing.objects.get(pk=pk)
    counter.add(row) if count else counter.show([row])
    return counter.value(row)


def test_a_list_of_any_process_shows_what_a_detail_has_shown(processes):
    """B7: no process has written its counts, nor counted all of them."""
    one, two = processes
    pk = ListingFactory().pk
    details = [read(one, pk), read(two, pk), read(one, pk)]
    lists = [read(counter, pk, count=False) for counter in processes]
    assert (details, lists) == ([1, 2, 3], [3, 3])


@pytest.mark.parametrize("written", [False, True])
def test_an_emptied_cache_does_not_begin_again(processes, written):
    """B7: in details and lists, also for the other process."""
    one, two = processes
    pk = ListingFactory().pk
    shown = [read(one, pk) for _view in range(5)]
    if written:
        one.flush()
    shown.append(read(two, pk, count=False))
    cache.clear()
    shown += [read(two, pk, count=False), read(two, pk), read(one, pk), read(two, pk)]
    assert shown == [1, 2, 3, 4, 5, 5, 5, 6, 7, 8]


def test_a_process_that_is_ahead_raises_the_total_of_the_others(processes):
    """B7: the other one began again at what the database had."""
    one, two = processes
    pk = ListingFactory().pk
    for _view in range(5):
        read(one, pk)
    cache.clear()
    assert [read(two, pk), read(one, pk), read(two, pk)] == [1, 6, 7]


def test_a_page_of_a_list_takes_one_command_of_the_cache(api, processes, monkeypatch):
    """B7: however many rows it has."""
    calls = []
    read_all = cache.get_many

    def get_many(keys):
        calls.append(len(keys))
        return read_all(keys)

    monkeypatch.setattr(cache, "get_many", get_many)
    for rows in (1, 4):
        ListingFactory.create_batch(rows)
        api.get("/api/listings")
    assert calls == [1, 5]


def test_the_thread_ends_where_counts_are_written_at_once(settings):
    settings.COUNTER_FLUSH_SECONDS = 0.01
    counter = BufferedCounter(Listing, "views_count")
    counter._start_flusher()
    settings.COUNTER_FLUSH_SECONDS = 0
    counter._flusher.join(5)
    assert not counter._flusher.is_alive()
