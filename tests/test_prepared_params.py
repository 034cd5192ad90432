"""Values that each run of a prepared query supplies."""

import pickle
from uuid import UUID, uuid4

import pytest
from django.db import connection, models
from django.db.models import Case, ExpressionWrapper, F, Q, When

from accounts.models import User
from accounts.tests.factories import UserFactory
from core.db.prepared import Param
from core.db.prepared.query import PreparedQuery
from favorites.models import Favorite
from listings.models import Listing
from listings.tests.factories import ListingFactory
from tasks.models import TaskRequest
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def market(db, alice, bob):
    TaskFactory(creator=alice, title='100 % \'s \\ "x"')
    TaskFactory(creator=alice, status="assigned", assigned_to=bob)
    Favorite.objects.create(user=alice, listing=ListingFactory(seller=bob))


PARAMS = {  # of a task's field: a value of each type
    "pk": lambda task: task.pk,
    "creator": lambda task: task.creator_id,
    "creator__username": lambda task: task.creator.username,
    "title": lambda task: task.title,
    "created_at": lambda task: task.created_at,
    "public_latitude": lambda task: task.public_latitude,
    "budget": lambda task: task.budget,
    "is_urgent": lambda task: task.is_urgent,
}


@pytest.mark.parametrize("inline", [True, False])
@pytest.mark.parametrize("path", PARAMS)
def test_parameter_of_any_type_finds_what_its_value_finds(market, path, inline):
    TaskRequest.objects.update(budget="12.50")
    for task in TaskRequest.objects.all():
        value = PARAMS[path](task)
        param = Param("wanted", type(value), inline=inline)
        query = PreparedQuery(TaskRequest.objects.filter(**{path: param}))
        expected = set(TaskRequest.objects.filter(**{path: value}))
        assert set(query.rows(wanted=value)) == expected != set()
        assert query.count(wanted=value) == len(expected)


@pytest.mark.parametrize("inline", [True, False])
def test_uuid_is_a_parameter(inline):
    """As the ids of sign-in sessions are."""
    first, second = uuid4(), uuid4()
    people = UserFactory.create_batch(2)
    param = Param("session", UUID, inline=inline)
    owner = Case(When(session=first, then=people[0].pk), default=people[1].pk)
    users = User.objects.annotate(session=param).filter(pk=owner)
    query = PreparedQuery(users)
    assert [row.pk for row in query.rows(session=first)] == [people[0].pk]
    assert [row.session for row in query.rows(session=second)] == [second]


@pytest.mark.parametrize("inline", [True, False])
@pytest.mark.parametrize("number", [-5, 0, -1.5, 1e-7, 3.0, 2**40])
def test_number_in_arithmetic_keeps_its_sign(market, number, inline):
    """`- -5` must not become a comment."""
    param = Param("number", type(number), inline=inline)
    tasks = TaskRequest.objects.annotate(
        odd=ExpressionWrapper(F("pk") - param * F("pk"), models.FloatField())
    )
    for row in PreparedQuery(tasks).rows(number=number):
        assert row.odd == float(row.pk - number * row.pk)  # as the column is


@pytest.mark.parametrize("text", ["100 %", "%s", "'s", "\\", '"x"', "%%", "$1"])
@pytest.mark.parametrize("inline", [True, False])
def test_text_is_only_a_value(market, text, inline):
    param = Param("text", str, inline=inline)
    query = PreparedQuery(TaskRequest.objects.filter(title__contains=param))
    assert query.rows(text=text) == list(
        TaskRequest.objects.filter(title__contains=text)
    )


def test_one_parameter_stands_in_many_places(market, alice, bob):
    """In a subquery and outside of it, between values."""
    reader = Param("reader", int)
    own = Favorite.objects.filter(user=reader).values("listing")
    query = PreparedQuery(
        Listing.objects.filter(Q(pk__in=own) | Q(seller=reader), category="sports")
    )
    assert query.count(reader=alice.pk) == query.count(reader=bob.pk) == 1
    assert query.count(reader=0) == 0


def test_missing_value_is_an_error(market):
    query = PreparedQuery(TaskRequest.objects.filter(pk=Param("id", int)))
    with pytest.raises(KeyError, match="id"):
        query.rows()


@pytest.mark.parametrize("value", ["x", None, object()])
def test_value_of_a_wrong_type_is_an_error(market, value):
    for inline in (True, False):
        param = Param("id", int, inline=inline)
        query = PreparedQuery(TaskRequest.objects.filter(pk=param))
        with pytest.raises((TypeError, ValueError)):
            query.rows(id=value)


def test_queryset_with_a_parameter_is_pickled(market):
    tasks = TaskRequest.objects.filter(pk=Param("id", int))
    again = TaskRequest.objects.all()
    again.query = pickle.loads(pickle.dumps(tasks.query))
    task = TaskRequest.objects.first()
    assert PreparedQuery(again).rows(id=task.pk) == [task]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
def test_ids_of_any_size_are_one_prepared_statement(market):
    query = PreparedQuery(TaskRequest.objects.filter(pk=Param("id", int)))
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    for pk in (1, 40_000, 3_000_000_000) * 6:
        query.rows(id=pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        assert cursor.fetchone() == (1,)
