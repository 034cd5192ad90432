"""Prepared queries give the rows that Django gives, and keep no answer."""

import json
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.transaction import TransactionManagementError

from accounts.models import User
from accounts.tests.factories import UserFactory, suspend
from core.db.locks import locked
from core.db.prepared import Param, QueryCache, cached_results, results_cache
from core.db.prepared.query import CURSOR, PreparedQuery, _load_json
from core.db.prepared.rows import row_maker
from core.db.results import ResultList
from core.lru import LRUCache
from favorites.models import Favorite
from listings.models import Listing
from listings.tests.factories import ListingFactory
from offerings.models import Offering
from offerings.tests.factories import OfferingFactory
from tasks.models import TaskRequest
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db


def data(row) -> dict:
    """All that was read of a row and of those that came with it."""
    related = {name: data(row) for name, row in row._state.fields_cache.items() if row}
    own = {name: value for name, value in vars(row).items() if name != "_state"}
    return own | related


@pytest.fixture
def market(db, alice, bob):
    TaskFactory(creator=alice, title='100 % \'s \\ "x"')
    TaskFactory(creator=alice, status="assigned", assigned_to=bob)
    OfferingFactory(creator=bob)
    listing = ListingFactory(seller=bob)
    Favorite.objects.create(user=alice, listing=listing)


@pytest.mark.parametrize("model", [User, TaskRequest, Listing, Offering, Favorite])
def test_rows_are_those_that_django_makes(market, model):
    queryset = model.objects.for_display().order_by("-pk")
    made = PreparedQuery(queryset).rows()
    assert [data(row) for row in made] == [data(row) for row in queryset]
    assert made
    assert not made[0]._state.adding


@pytest.mark.parametrize("value", ["7", 7, 7.5, [1, "ā"], {"a": None}, True, None])
def test_json_is_what_django_reads(alice, value):
    """Of a whole column and of a part of one."""
    ListingFactory(seller=alice, attributes={"field": value})
    queryset = Listing.objects.values_list("attributes", "attributes__field")
    assert PreparedQuery(queryset).rows() == list(queryset)
    assert PreparedQuery(queryset).rows()[0][0] == {"field": value}


@pytest.mark.parametrize("text", ["null", "1e400", "7" * 400, '"\\ud800"'])
def test_json_that_only_python_reads_is_read(text):
    assert _load_json(text, None, None) == json.loads(text)


@pytest.mark.parametrize("words", ["100 %", "%s", "'s", "\\", '"x"', "%%"])
def test_signs_in_a_value_are_only_signs(market, words):
    queryset = TaskRequest.objects.filter(title__contains=words)
    assert PreparedQuery(queryset).rows() == list(queryset)


def test_remainder_is_no_placeholder(market):
    odd = TaskRequest.objects.annotate(odd=F("pk") % 2).order_by("pk")
    assert [row.odd for row in PreparedQuery(odd).rows()] == [row.odd for row in odd]


def test_chosen_columns_are_tuples(market):
    chosen = Favorite.objects.values_list("listing", "user").order_by("pk")
    assert PreparedQuery(chosen).rows() == list(chosen)


def test_a_query_by_the_way_takes_no_rows_of_another(market):
    tasks = PreparedQuery(TaskRequest.objects.order_by("pk"))
    listings = PreparedQuery(Listing.objects.filter(pk=0))

    def ask_more(execute, sql, *rest):
        done = execute(sql, *rest)
        if "listing" not in sql:
            assert listings.rows() == []
        return done

    with connection.execute_wrapper(ask_more):
        assert tasks.rows() == list(TaskRequest.objects.order_by("pk"))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
def test_many_rows_do_not_stay_in_memory(market, monkeypatch):
    monkeypatch.setattr("core.db.prepared.query.MAX_KEPT_ROWS", 1)
    one, two = TaskRequest.objects.all()[:1], TaskRequest.objects.all()[:2]
    PreparedQuery(one).rows()
    assert CURSOR in vars(connection.connection)
    PreparedQuery(two).rows()
    assert CURSOR not in vars(connection.connection)


@pytest.mark.django_db(transaction=True)
def test_threads_share_a_query(alice):
    tasks = TaskFactory.create_batch(5, creator=alice)
    queries, params = QueryCache(), {"pk": Param("pk", int)}

    def find(pk: int) -> list[int]:
        rows = queries.rows("task", TaskRequest.objects.filter, params, {"pk": pk})
        connection.close()
        return [row.pk for row in rows]

    with ThreadPoolExecutor(4) as pool:
        ids = [task.pk for task in tasks] * 8
        assert list(pool.map(find, ids)) == [[pk] for pk in ids]


def test_reverse_relation_is_refused():
    queryset = SimpleNamespace(
        klass_info={"reverse": True}, query=SimpleNamespace(values_select=())
    )
    with pytest.raises(ValueError, match="reverse"):
        row_maker(queryset, [], "default")


# --- Both ways ----------------------------------------------------------------------


@pytest.mark.parametrize("is_on", [True, False])
def test_cache_runs_what_was_built(market, settings, is_on):
    """Built once with parameters, or each time with values."""
    settings.PREPARED_QUERIES = is_on
    queries, built = QueryCache(), []

    def build(pk) -> QuerySet:
        built.append(pk)
        return TaskRequest.objects.filter(pk=pk)

    params = {"pk": Param("pk", int)}
    tasks = list(TaskRequest.objects.all())
    for task in tasks:
        assert queries.rows("rows", build, params, {"pk": task.pk}) == [task]
        assert queries.count("count", build, params, {"pk": task.pk}) == 1
    assert len(built) == (2 if is_on else 2 * len(tasks))
    assert {type(value) for value in built} == ({Param} if is_on else {int})


@pytest.mark.parametrize("is_on", [True, False])
def test_results_are_kept_by_their_key(settings, is_on):
    settings.PREPARED_QUERIES = is_on
    results_cache.clear()
    built = []
    for key in ("a", "b", "a"):
        cached_results(key, lambda key=key: built.append(key))
    assert built == (["a", "b"] if is_on else ["a", "b", "a"])


# --- What is kept -------------------------------------------------------------------


def test_named_id_is_another_each_time(market):
    tasks = TaskRequest.objects.exclude(title="%").filter(pk=Param("id", int))
    query = PreparedQuery(tasks)
    for task in TaskRequest.objects.all():
        assert query.rows(id=task.pk) == [task]
    assert query.rows(id=0) == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_prepared_statement_outlives_a_changed_column(api, alice):
    TaskFactory(creator=alice, title="Before")
    query = PreparedQuery(TaskRequest.objects.all())
    for _ in range(7):
        query.rows()
    change = "ALTER TABLE tasks_taskrequest ALTER title TYPE varchar({})"
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
        other.execute(change.format(201))
        try:
            assert [row.title for row in query.rows()] == ["Before"]
        finally:
            other.execute(change.format(200))


def test_nothing_is_asked_of_an_impossible_question(django_assert_num_queries):
    query = PreparedQuery(TaskRequest.objects.filter(pk__in=[]))
    with django_assert_num_queries(0):
        assert (query.rows(), query.count()) == ([], 0)


@pytest.mark.parametrize("kind", ["tasks", "listings", "offerings"])
def test_kept_question_keeps_no_answer(api, alice, kind):
    factory = {
        "tasks": TaskFactory,
        "listings": ListingFactory,
        "offerings": OfferingFactory,
    }[kind]
    owner = {"seller" if kind == "listings" else "creator": alice}

    def total() -> str:
        return api.get(f"/api/{kind}?per_page=1")["X-Total-Count"]

    assert total() == "0"
    item = factory(**owner)
    assert total() == "1"
    assert api.get(f"/api/{kind}/{item.pk}").status_code == 200
    suspend(type(alice).objects.filter(pk=alice.pk))
    assert total() == "0"
    assert api.get(f"/api/{kind}/{item.pk}").status_code == 404


def test_question_of_one_person_is_not_kept_for_another(api, alice, bob):
    TaskFactory(creator=alice, status="cancelled")
    url = "/api/tasks?status=cancelled"
    for person, seen in ((alice, "1"), (bob, "0"), (alice, "1")):
        assert api.as_(person).get(url)["X-Total-Count"] == seen
    assert api.get(url)["X-Total-Count"] == "0"


def test_detail_of_a_person_shows_no_more_to_the_anonymous(api, alice, bob):
    hidden = TaskFactory(creator=alice, moderation="hidden")
    seen = {
        person: (api.as_(person) if person else api).get(f"/api/tasks/{hidden.pk}")
        for person in (alice, None, bob)
    }
    assert [answer.status_code for answer in seen.values()] == [200, 404, 404]


def test_searches_around_any_point_are_one_query(api, alice, settings, monkeypatch):
    settings.PREPARED_QUERIES = True
    monkeypatch.setattr("core.db.prepared.cache.RESULTS_MAX_AGE_S", 10**9)
    built = []
    monkeypatch.setattr(
        "core.db.prepared.cache.PreparedQuery",
        lambda *given, **more: built.append(1) or PreparedQuery(*given, **more),
    )
    counts = []
    for place in ((56.9, 24.1), (56.8, 24.2), (-33.0, 151.0)):
        ListingFactory(seller=alice, latitude=place[0], longitude=place[1])
        url = "/api/listings?latitude={}&longitude={}&radius=3".format(*place)
        assert api.get(url)["X-Total-Count"] == "1"
        counts.append(len(built))
    assert counts == [2, 2, 2]  # the count, and the page


def test_list_of_a_crowd_is_not_counted_at_each_look(alice, django_assert_num_queries):
    TaskFactory.create_batch(20, creator=alice)
    rows = ResultList(TaskRequest.objects.all())
    for queries in (1, 2, 0, 0):
        with django_assert_num_queries(queries):
            assert rows.count_up_to(2) == 2


def test_list_that_is_full_and_no_crowd_is_counted(alice):
    TaskFactory.create_batch(2, creator=alice)
    rows = ResultList(TaskRequest.objects.all())
    assert [rows.count_up_to(2) for _ in range(3)] == [2, 2, 2]
    TaskRequest.objects.all().delete()
    assert rows.count_up_to(2) == 0


@pytest.mark.parametrize("model", [TaskRequest, Listing])
def test_deep_page_has_the_rows_of_a_shallow_one(
    market, alice, bob, model, monkeypatch
):
    factory = {TaskRequest: TaskFactory, Listing: ListingFactory}[model]
    owner = "creator" if model is TaskRequest else "seller"
    factory.create_batch(6, **{owner: alice})
    queryset = model.objects.for_display().newest_first()
    shallow = ResultList(queryset)[2:5]
    monkeypatch.setattr("core.db.results.DEEP_PAGE_OFFSET", 2)
    deep = ResultList(queryset)[2:5]
    assert [data(row) for row in deep] == [data(row) for row in shallow]


def test_cache_forgets_the_least_recently_used():
    made = []
    cache = LRUCache(max_entries=2)
    for key in ("a", "b", "a", "c", "b", "a"):
        cache.get(key, lambda key=key: made.append(key))
    assert made == ["a", "b", "c", "b", "a"]


def test_many_people_are_read_with_one_statement(django_assert_num_queries):
    for _ in range(3):
        TaskFactory(creator=UserFactory())
    with django_assert_num_queries(1):
        tasks = PreparedQuery(TaskRequest.objects.for_display()).rows()
        assert len({task.creator.display_name for task in tasks}) == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks no rows")
def test_a_lock_outside_of_a_transaction_is_refused():
    with transaction.atomic():
        query = PreparedQuery(locked(User.objects).filter(pk=0))
        assert query.rows() == []
    with pytest.raises(TransactionManagementError):
        query.rows()
