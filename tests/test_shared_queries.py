"""Signed-in people share the SQL of what they read, and nobody another's rows."""

from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.db import connection
from django.db.models import QuerySet

from accounts.models import Session, User
from accounts.tests.factories import UserFactory
from audit.tests.factories import hide
from core.api.viewsets import ApiViewSet
from core.db import shared_queries
from core.db.prepared import cache as prepared
from core.db.prepared import results_cache
from core.db.prepared.query import PreparedQuery
from listings.models import Listing
from listings.services import VIEWS
from listings.tests.factories import ListingFactory
from marketplace.urls import router
from messaging.services import start
from notifications.models import Notification
from notifications.tests.factories import NotificationFactory
from tests.routes import ROUTES
from tests.test_prepared_and_plain import read
from tests.test_queries import add_one_of_everything, cost
from tests.test_queries import ids as ids  # the fixture

pytestmark = pytest.mark.django_db
READS = [route for route in ROUTES if route.method == "get"]
SHARED = {  # whose SQL is that of every person
    "GET /api/listings/{pk}",
    "GET /api/tasks/{pk}",
    "GET /api/offerings/{pk}",
    "GET /api/payments/{pk}",
    "GET /api/payments/history",
    "GET /api/notifications",
    "GET /api/notifications/unread-count",
    "GET /api/messages/unread-count",
    "GET /api/messages/conversations",
    "GET /api/messages/conversations/{pk}",
    "GET /api/messages/conversations/{pk}/messages",
    "GET /api/tasks/notifications",
    "GET /api/tasks/my",
    "GET /api/tasks/created",
    "GET /api/tasks/my-applications",
    "GET /api/tasks/{pk}/applications",
    "GET /api/tasks/{pk}/payment",
    "GET /api/offerings/my",
    "GET /api/favorites",
    "GET /api/favorites/check",
    "GET /api/saved-searches",
    "GET /api/saved-searches/{pk}",
    "GET /api/auth/users/{user_id}/reviews",
    "GET /api/auth/sessions",
    "GET /api/auth/security-log",
    "GET /api/blocks",
    "GET /api/disputes",
    "GET /api/decisions",
}
ONE_QUERY = (
    "GET /api/notifications/unread-count",
    "GET /api/messages/unread-count",
    "GET /api/tasks/notifications",
    "GET /api/favorites/check",
    "GET /api/tasks/{pk}",
    "GET /api/offerings/{pk}",
    "GET /api/saved-searches/{pk}",
)
QUERIES = (
    "",
    "?per_page=1",
    "?per_page=1&page=2",
    "?per_page=1&cursor=",
    "?unread=true&type=listing&items=task:1,listing:1,offering:2",
)


def unread(reader) -> QuerySet:
    return Notification.objects.visible_to(reader).unread().newest_first()


@pytest.fixture
def built(monkeypatch) -> list:
    """The models of what is compiled."""
    seen: list[type] = []

    def compiled(queryset):
        seen.append(queryset.model)
        return PreparedQuery(queryset)

    monkeypatch.setattr(prepared, "PreparedQuery", compiled)
    return seen


@pytest.mark.parametrize("is_on", [True, False])
def test_each_reader_gets_their_own_rows(settings, alice, bob, is_on):
    settings.PREPARED_QUERIES = is_on
    for reader, number in ((alice, 2), (bob, 1), (alice, 0)):
        rows = NotificationFactory.create_batch(number, recipient=reader)
        found = list(unread(reader))
        assert set(rows) <= set(found)
        assert shared_queries.rows("unread", unread, reader=reader) == found
        assert shared_queries.count("unread", unread, reader=reader) == len(found)
        results = shared_queries.results("unread", unread, reader=reader)
        assert results[0:9] == found
        assert results.count_up_to(9) == len(found)


def test_one_query_serves_all_people_and_ids(built):
    people = UserFactory.create_batch(3)
    for person in people:
        shared_queries.rows("unread", unread, reader=person)
        found = shared_queries.first("user", by_pk, pk=person.pk)
        assert found == person
    assert len(built) == 2


def by_pk(pk) -> QuerySet:
    return User.objects.filter(pk=pk)


def test_anonymous_reader_is_another_query(alice):
    def named(reader) -> QuerySet:
        return User.objects.all() if reader.is_authenticated else User.objects.none()

    for reader, number in ((alice, 1), (AnonymousUser(), 0), (alice, 1)):
        assert shared_queries.count("named", named, reader=reader) == number


def test_query_that_reads_more_of_a_person_is_refused(settings, alice):
    settings.PREPARED_QUERIES = True
    with pytest.raises(AttributeError, match="language"):
        shared_queries.rows(
            "language", lambda reader: by_pk(reader.language), reader=alice
        )


def test_large_list_of_one_person_is_no_large_list_of_another(alice, bob):
    NotificationFactory.create_batch(20, recipient=alice)
    for _ in range(3):
        results = shared_queries.results("unread", unread, reader=alice)
        assert results.count_up_to(2) == 2
    assert shared_queries.results("unread", unread, reader=bob).count_up_to(2) == 0


def test_cursor_goes_on_in_the_list_of_its_reader(alice, bob):
    for person in (alice, bob):
        NotificationFactory.create_batch(3, recipient=person)
    for person in (alice, bob):
        results = shared_queries.results("unread", unread, reader=person)
        position = results.cursor_for(results[0:1][0])
        assert results.after_cursor(position, 5) == list(unread(person))[1:]


def test_holder_of_a_token_is_one_query_for_all(api, built, settings):
    settings.PREPARED_QUERIES = True
    people = UserFactory.create_batch(3)
    for person in people:
        client = api.as_(person)
        assert client.get("/api/auth/profile").json()["id"] == person.pk
        Session.objects.filter(user=person).update(ended_at="2020-01-01T00:00:00Z")
        assert client.get("/api/auth/profile").status_code == 401
    assert built == [User]


def test_uuid_and_number_are_parameters(built, alice):
    session = Session.objects.create(user=alice)

    def with_key(key: UUID) -> QuerySet:
        return Session.objects.filter(key=key)

    for key, found in ((uuid4(), []), (session.key, [session])):
        assert shared_queries.rows("session", with_key, key=key) == found


@pytest.mark.skipif(connection.vendor != "postgresql", reason="arrays of PostgreSQL")
def test_any_number_of_ids_is_one_query(built):
    *found, shown = [ListingFactory().pk for _n in range(4)]
    hide(Listing.objects.filter(pk__in=found))
    for among in (found[:2], found, [*found, shown]):
        assert Listing.objects.hidden(among).keys() == {*among} - {shown}
    assert built == [Listing]


def test_rows_of_a_view_are_those_for_its_reader():
    """Details are read by `rows_for`: another `get_queryset` would be passed by."""
    views = {viewset for _, viewset, _ in router.registry}
    assert [one for one in views if "get_queryset" in vars(one)] == []
    assert all(one.get_queryset is ApiViewSet.get_queryset for one in views)


# --- Whole answers --------------------------------------------------------------------


@pytest.fixture
def people(api, alice, bob, ids, monkeypatch) -> list:
    """Clients of three people, of whom one has nothing."""
    monkeypatch.setattr(signing.TimestampSigner, "timestamp", lambda self: "1")
    started, _is_new = start(sender=bob, user_id=UserFactory().pk)
    of_bob = {"messages": started.pk}
    for person, own in ((alice, {}), (bob, of_bob), (alice, {}), (bob, of_bob)):
        add_one_of_everything(person, ids | own)
    return [api.as_(person) for person in (alice, bob, UserFactory())]


@pytest.mark.parametrize("route", READS, ids=str)
def test_people_read_the_same_both_ways(settings, people, ids, route):
    answers: dict[bool, list] = {}
    for settings.PREPARED_QUERIES in (False, True):
        results_cache.clear()
        VIEWS._shown.clear()
        answers[settings.PREPARED_QUERIES] = [
            read(client, route.url_in(ids) + query)
            for query in QUERIES
            for client in people
        ]
    assert answers[True] == answers[False]


@pytest.mark.parametrize("route", sorted(SHARED))
def test_second_person_compiles_nothing(settings, people, ids, built, route):
    settings.PREPARED_QUERIES = True
    route = next(one for one in READS if str(one) == route)
    counts = []
    for client in people[:2]:
        read(client, route.url_in(ids) + "?items=task:1,listing:1")
        counts.append(len(built))
    assert counts[0] == counts[1] > 1  # that of the token, and of the answer


@pytest.mark.parametrize("route", sorted(ONE_QUERY))
def test_poll_or_detail_costs_one_query_besides_that_of_the_token(people, ids, route):
    route = next(one for one in READS if str(one) == route)
    assert cost(people[0], route, ids) == 1
