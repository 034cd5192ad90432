"""The whole profile: the first rows of each list, for a constant number of queries."""

import pytest

from accounts.tests.factories import UserFactory
from listings.tests.factories import ListingFactory
from offerings.tests.factories import OfferingFactory
from reviews.tests.factories import ReviewFactory
from tasks.tests.factories import ApplicationFactory, TaskFactory

FULL = "/api/auth/profile/full"
NAMES = ("reviews", "listings", "offerings", "tasks", "applications")
pytestmark = pytest.mark.django_db


def add_one_of_each(user):
    ReviewFactory(reviewed_user=user)
    ListingFactory(seller=user)
    OfferingFactory(creator=user)
    TaskFactory(creator=user)
    ApplicationFactory(applicant=user)


def test_it_has_the_first_ten_of_each_list(api, alice):
    for _row in range(12):
        add_one_of_each(alice)
    body = api.as_(alice).get(FULL).json()
    assert body["profile"]["username"] == "alice"
    assert {name: len(body[name]["items"]) for name in NAMES} == dict.fromkeys(
        NAMES, 10
    )
    assert {body[name]["total"] for name in NAMES} == {12}


def test_each_list_is_where_it_says(api, alice):
    add_one_of_each(alice)
    client = api.as_(alice)
    body = client.get(FULL).json()
    for name in NAMES:
        whole = client.get(body[name]["url"]).json()
        rows = whole if isinstance(whole, list) else whole[name]
        assert [row["id"] for row in rows] == [r["id"] for r in body[name]["items"]]


def test_it_is_the_callers_alone(api, alice, mallory):
    add_one_of_each(alice)
    body = api.as_(mallory).get(FULL).json()
    assert {body[name]["total"] for name in NAMES} == {0}


def test_rows_cost_no_queries(api, alice, django_assert_num_queries):
    client, costs = api.as_(alice), []
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _number in range(3):
        add_one_of_each(alice)
        with CaptureQueriesContext(connection) as queries:
            client.get(FULL)
        costs.append(len(queries))
    assert len(set(costs[1:])) == 1
    assert costs[1] <= 16


def test_a_new_person_has_empty_lists(api):
    body = api.as_(UserFactory()).get(FULL).json()
    assert [body[name]["items"] for name in NAMES] == [[]] * 5
