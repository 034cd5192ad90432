"""Prepared writes write what Django's own write."""

import gc
import weakref
from decimal import Decimal

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.db.models.signals import post_save
from django.db.transaction import TransactionManagementError

from accounts.tests.factories import UserFactory
from core.db.prepared import writes
from core.db.shared_queries import insert
from favorites.models import Favorite
from jobs.models import Job
from jobs.services import enqueue
from listings.models import Listing
from listings.tests.factories import ListingFactory
from notifications.models import Notification
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


NOWHERE = dict.fromkeys(
    ["latitude", "longitude", "public_latitude", "public_longitude"]
)
CHANGES = ODD | NOWHERE | {"price": Decimal("0.10")}


def test_a_changed_row_is_what_is_stored(prepared):
    row = ListingFactory(price=Decimal("7.30"))
    for name, value in CHANGES.items():
        setattr(row, name, value)
    row.save()
    assert columns(row) == columns(Listing.objects.get())


def test_only_the_named_fields_are_changed(prepared):
    row, other = ListingFactory(title="Before", location="Rīga"), ListingFactory()
    row.title, row.location = "After", "Liepāja"
    row.save(update_fields=["title"])
    stored = Listing.objects.get(pk=row.pk)
    assert (stored.title, stored.location) == ("After", "Rīga")
    other.refresh_from_db()
    assert other.title != "After"


def test_a_change_may_be_computed_by_the_database(prepared):
    row = ListingFactory(views_count=4)
    row.views_count = F("views_count") + 1
    row.save(update_fields=["views_count"])
    assert Listing.objects.get().views_count == 5


def test_changing_a_row_that_is_gone_fails(prepared):
    row = ListingFactory()
    Listing.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save(update_fields=["title"])


def test_a_new_row_of_a_given_id_is_inserted(prepared):
    listing = ListingFactory()
    listing.pk += 1
    listing.save()
    assert Listing.objects.count() == 2


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


def test_inserting_tells_whether_a_row_is_in_the_way(prepared):
    first, second = (Job(name="jobs.maintain", key="once") for _n in range(2))
    assert insert(first, ignore_conflicts=True)
    assert not insert(second, ignore_conflicts=True)
    assert Job.objects.get().pk == first.pk


def test_inserting_tells_so_of_a_row_with_an_id(prepared):
    about = {"recipient": UserFactory(), "kind": "welcome", "dedup_key": "once"}
    assert insert(Notification(pk=4_999_997, **about), ignore_conflicts=True)
    assert not insert(Notification(pk=4_999_998, **about), ignore_conflicts=True)


def test_a_missing_value_is_not_taken_for_a_row_in_the_way(prepared):
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(fingerprint(UserFactory(), None), ignore_conflicts=True)


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
    writes._statements.clear()
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
        row = ListingFactory(seller=seller)
        row.save()
    # By another connection: this one's would forget what it has prepared.
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.autocommit = True
        other.execute(ALTER.format(length + 1))
        try:
            assert ListingFactory.build(seller=seller).save() is None
            assert row.save() is None
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
