"""Filters that one person saves at once, on PostgreSQL."""

import pytest
from django.contrib import admin
from django.db import connection

from accounts.tests.factories import UserFactory
from listings.models import Listing
from saved_filters import services
from saved_filters.models import SavedFilter
from tests.test_races import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]


def saving(owner, name):
    page = admin.site._registry[Listing]
    return lambda: services.save(owner, page=page, name=name, query="q=a")


def test_two_at_once_find_no_room_for_one_more():
    for _round in range(5):
        owner = UserFactory(is_staff=True, is_superuser=True)
        SavedFilter.objects.bulk_create(
            SavedFilter(owner=owner, model="listings.listing", name=f"{n}", query="q=a")
            for n in range(services.MAX_FILTERS - 1)
        )
        at_once(*(saving(owner, name) for name in "abcd"))
        own = SavedFilter.objects.filter(owner=owner)
        assert own.count() == services.MAX_FILTERS
