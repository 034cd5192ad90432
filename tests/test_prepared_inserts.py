"""Prepared inserts write what Django's own write."""

import gc
import weakref
from decimal import Decimal

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.db.models.signals import post_save
from django.db.transaction import TransactionManagementError

from accounts.tests.factories import UserFactory
from core.db.prepared import inserts
from core.db.shared_queries import insert
from favorites.models import Favorite
from jobs.models import Job
from jobs.services import enqueue
from listings.models import Listing
from listings.tests.factories import ListingFactory
from reviews.tests.factories import ReviewFactory
from rules.models import Fingerprint
from tasks.tests.factories import ApplicationFactory, TaskFactory

pytestmark = pytest.mark.django_db
postgres = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="needs PostgreSQL"
)
BANDS = {"band1": 1, "band2": 70_000, "band3": 2, "band4": 65_535}
ODD = {"title": "100 % 'x' \\ \"y\" ? %s 😀", "attributes": {"a": [1, None, "ž"]}}


@pytest.fixture(params=[True, False])
def prepared(request, settings):
    settings.PREPARED_QUERIES = request.param


def columns(row) -> dict:
    return {field.attname: getattr(row, field.attname) for field in row._meta.fields}


@pytest.mark.parametrize(
    "make",
    [
        lambda: ListingFactory(**ODD, price=Decimal("0.10")),
        lambda: TaskFactory(budget=Decimal("12.50")),
        ApplicationFactory,
        ReviewFactory,
        lambda: Favorite.objects.create(user=UserFactory(), task=TaskFactory()),
    ],
)
def test_a_saved_row_is_what_is_stored(prepared, make):
    row = make()
    assert columns(row) == columns(type(row)._base_manager.get(pk=row.pk))


def test_a_row_has_the_types_of_python_at_once(prepared):
    assert ListingFactory(**ODD).attributes == ODD["attributes"]


def test_an_expression_is_computed_by_the_database(prepared):
    values = {"user": UserFactory(), "task": TaskFactory()}
    row = Favorite.objects.create(**values, created_at=Now())
    row.refresh_from_db()
    assert row.created_at.year > 2025


def test_a_row_that_is_there_is_still_refused(prepared):
    first = Favorite.objects.create(user=UserFactory(), task=TaskFactory())
    with pytest.raises(IntegrityError), transaction.atomic():
        Favorite.objects.create(user=first.user, task=first.task)


def test_saving_sends_its_signals_and_inserting_none(prepared):
    created = []
    post_save.connect(receiver := lambda **sent: created.append(sent["created"]))
    try:
        person = UserFactory()
        assert created == [True]
        insert(row := fingerprint(person, 7))
        assert created == [True]
        assert columns(row) == columns(Fingerprint.objects.get())
    finally:
        post_save.disconnect(receiver)


def test_of_two_jobs_with_a_key_the_first_stays(prepared):
    enqueue("jobs.maintain", key="once")
    enqueue("jobs.maintain", key="once")
    [job] = Job.objects.all()
    assert job.due_at is not None  # the database's own time


def test_a_given_id_is_kept_and_defaults_are_read(prepared):
    insert(job := Job(pk=4_999_998, name="jobs.maintain"))
    stored = Job.objects.get()
    assert (stored.pk, stored.due_at) == (4_999_998, job.due_at)


def test_after_an_error_a_transaction_runs_no_more(prepared):
    person = UserFactory()
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            insert(fingerprint(person, None))
        with pytest.raises(TransactionManagementError):
            Fingerprint.objects.exists()


def test_no_row_stays_in_memory_with_its_statement():
    inserts._statements.clear()
    row = fingerprint(UserFactory(), 7)
    insert(row)
    gone = weakref.ref(row)
    del row
    gc.collect()
    assert gone() is None


ALTER = "ALTER TABLE listings_listing ALTER label TYPE varchar({})"


@postgres
@pytest.mark.django_db(transaction=True)
def test_a_column_may_change_its_type_while_statements_are_prepared():
    length = Listing._meta.get_field("label").max_length
    seller = UserFactory()
    for _n in range(10):
        ListingFactory(seller=seller)
    # By another connection: this one's would forget what it has prepared.
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.autocommit = True
        other.execute(ALTER.format(length + 1))
        try:
            assert ListingFactory.build(seller=seller).save() is None
        finally:
            other.execute(ALTER.format(length))
            connection.close()  # with all statements that it has prepared


@postgres
def test_one_statement_serves_ids_of_any_size():
    person = UserFactory()
    for n in range(20):
        insert(fingerprint(person, 10 ** (n % 15)))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements"
            " WHERE statement LIKE 'INSERT INTO \"rules_fingerprint\"%'"
        )
        assert cursor.fetchone() == (1,)


def fingerprint(person, target_id) -> Fingerprint:
    return Fingerprint(
        target_type="listing", target_id=target_id, person=person, digest="a", **BANDS
    )
