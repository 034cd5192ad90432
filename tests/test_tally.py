"""Counting looks without locking rows."""

import pytest
from django.db import DatabaseError

from core.db.counters import BufferedCounter
from listings.models import Listing
from listings.tests.factories import ListingFactory


@pytest.fixture
def tally(settings, db, monkeypatch):
    settings.COUNTER_FLUSH_SECONDS = 60
    tally = BufferedCounter(Listing, "views_count")
    monkeypatch.setattr(tally, "_start_clock", lambda: None)
    return tally


def test_counts_wait_and_are_written_together(tally, django_assert_num_queries):
    one, two = ListingFactory.create_batch(2)
    with django_assert_num_queries(0):
        assert [tally.add(one.pk), tally.add(one.pk), tally.add(two.pk)] == [1, 2, 1]
    with django_assert_num_queries(1):
        assert tally.flush() == 2
    views = Listing.objects.order_by("pk").values_list("views_count", flat=True)
    assert list(views) == [2, 1]


def test_a_second_flush_writes_nothing(tally):
    tally.add(ListingFactory().pk)
    assert [tally.flush(), tally.flush()] == [1, 0]


def test_what_could_not_be_written_is_kept(tally, monkeypatch):
    listing = ListingFactory()

    def fail(rows):
        raise DatabaseError

    tally.add(listing.pk)
    with monkeypatch.context() as broken:
        broken.setattr(tally, "_write", fail)
        tally.flush()
    tally.flush()
    listing.refresh_from_db()
    assert listing.views_count == 1
