"""Counting views without locking rows."""

import pytest
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

    def fail(rows):
        raise DatabaseError

    counter.add(listing)
    with monkeypatch.context() as broken:
        broken.setattr(counter, "_write", fail)
        counter.flush()
    counter.flush()
    listing.refresh_from_db()
    assert listing.views_count == 1
