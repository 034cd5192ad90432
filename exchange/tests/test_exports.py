"""Lists that staff export: what they see, for themselves alone, for some days."""

import io
from datetime import timedelta
from functools import partial

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory
from audit.models import AuditLogEntry
from conftest import signed_in
from core.db.batches import id_batches
from core.spreadsheets import reading
from exchange import exports
from exchange.columns import COLUMNS, page_of
from exchange.jobs import delete_expired_tables
from exchange.models import TableExport
from jobs.models import Job
from listings.tests.factories import ListingFactory
from payments.tests.factories import PaymentFactory
from tests.admin_rows import ROWS

pytestmark = pytest.mark.django_db
NEW = "/admin/exchange/tableexport/new/"


def member(role, name="member"):
    user = UserFactory(username=name, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def ask(client, model, query="", file_format="csv"):
    data = {"file_format": file_format, "reason": "for the accountant"}
    return client.post(NEW, data, query_params={"of": model, "query": query})


def file_of(client, export):
    return client.get(f"/admin/exchange/tableexport/{export.pk}/file/")


def table(answer, file_format="csv"):
    content = io.BytesIO(b"".join(answer.streaming_content))
    (_line, titles), *rows = reading.rows(content, file_format)
    return [dict(zip(titles, cells, strict=False)) for _line, cells in rows]


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_the_filtered_list_is_exported_in_a_job(moderator, run_jobs, file_format):
    ListingFactory(title="=1+1", category="books")
    ListingFactory(title="Hidden", status="sold")
    ask(moderator, "listings.listing", "status__exact=active", file_format)
    assert "exchange.write_table" in run_jobs()
    export = TableExport.objects.get()
    assert (export.status, export.rows) == ("ready", 1)
    rows = table(file_of(moderator, export), file_format)
    assert [row["title"] for row in rows] == ["=1+1"]


@pytest.mark.parametrize(("role", "is_private"), [("Moderators", 0), ("Support", 1)])
def test_private_columns_are_for_who_sees_private_data(role, is_private, run_jobs):
    client = signed_in(member(role))
    UserFactory(email="secret@example.com")
    ask(client, "accounts.user")
    run_jobs()
    answer = file_of(client, TableExport.objects.get())
    content = b"".join(answer.streaming_content).decode()
    assert ("secret@example.com" in content) == bool(is_private)
    assert (",email,phone," in content) == bool(is_private)


@pytest.mark.parametrize("model", COLUMNS)
def test_every_list_can_be_exported(model, administrator, run_jobs):
    ROWS[apps.get_model(model)]()
    ask(administrator, model)
    run_jobs()
    (row, *_more) = table(file_of(administrator, TableExport.objects.get()))
    assert list(row) == COLUMNS[model].split()


@pytest.mark.parametrize(
    ("role", "model", "can_see"),
    [
        ("Moderators", "payments.payment", False),
        ("Support", "payments.payment", False),
        ("Finance", "payments.payment", True),
        ("Finance", "listings.listing", False),
        ("Moderators", "audit.decision", True),
        ("Support", "moderation.report", False),
        ("Administrators", "payments.payment", True),
        ("Administrators", "accounts.session", False),  # no list to export
        ("Administrators", "nonsense", False),
    ],
)
def test_a_list_is_exported_by_who_sees_it(role, model, can_see):
    PaymentFactory()
    answer = ask(signed_in(member(role)), model)
    assert TableExport.objects.exists() == can_see
    assert answer.status_code == (302 if can_see else 200)


@pytest.mark.parametrize("query", ["password__startswith=a", "id__in=x", "a=%00"])
def test_a_filter_that_the_list_does_not_have_is_refused(moderator, query):
    answer = ask(moderator, "accounts.user", query)
    assert "no such filters" in answer.content.decode()
    assert not TableExport.objects.exists()


def test_no_one_else_gets_the_file(moderator, administrator, run_jobs):
    ask(moderator, "listings.listing")
    run_jobs()
    export = TableExport.objects.get()
    assert file_of(administrator, export).status_code == 404
    assert file_of(signed_in(member("Support")), export).status_code == 404
    assert file_of(moderator, export).status_code == 200


def test_who_lost_the_permission_gets_no_file(moderator, run_jobs):
    ask(moderator, "listings.listing")
    ask(moderator, "listings.listing")
    run_jobs()
    person = User.objects.get(username="moderator")
    person.groups.set([Group.objects.get(name="Finance")])
    assert file_of(moderator, TableExport.objects.first()).status_code == 404


@pytest.mark.parametrize(
    ("before", "model", "after", "status"),
    [
        ("Support", "accounts.user", "Moderators", 404),  # private columns
        ("Moderators", "accounts.user", "Support", 200),
        ("Administrators", "tasks.taskrequest", "Moderators", 404),
        ("Moderators", "audit.decision", "Administrators", 200),
    ],
)
def test_who_lost_a_column_gets_no_file_with_it(run_jobs, before, model, after, status):
    person = member(before)
    ask(signed_in(person), model)
    run_jobs()
    person.groups.set([Group.objects.get(name=after)])
    answer = file_of(signed_in(person), TableExport.objects.get())
    assert answer.status_code == status


def test_money_that_may_not_be_seen_any_more_is_not_handed_out(run_jobs, monkeypatch):
    person = member("Administrators")
    monkeypatch.setattr(page_of("tasks.taskrequest"), "money", ("budget",))
    ask(signed_in(person), "tasks.taskrequest")
    run_jobs()
    person.groups.set([Group.objects.get(name="Moderators")])
    person.user_permissions.add(Permission.objects.get(codename="view_private"))
    assert file_of(signed_in(person), TableExport.objects.get()).status_code == 404


def test_file_of_unknown_columns_is_not_handed_out(moderator, run_jobs):
    ask(moderator, "listings.listing")
    run_jobs()
    TableExport.objects.update(columns=[])
    assert file_of(moderator, TableExport.objects.get()).status_code == 404


def test_who_lost_the_permission_before_the_job_gets_nothing(moderator, run_jobs):
    ask(moderator, "listings.listing")
    User.objects.get(username="moderator").groups.clear()
    run_jobs()
    export = TableExport.objects.get()
    assert (export.status, export.file) == ("failed", "")


def test_request_and_download_are_in_the_audit_log(moderator, run_jobs):
    ask(moderator, "listings.listing", "q=sofa")
    run_jobs()
    file_of(moderator, TableExport.objects.get())
    found = AuditLogEntry.objects.order_by("id").values_list("action", "after")
    assert list(found) == [("export", "listings.listing?q=sofa"), ("download", "")]


def test_an_expired_export_is_gone_and_deleted_with_its_file(moderator, run_jobs):
    ask(moderator, "listings.listing")
    run_jobs()
    later = timezone.now() + timedelta(days=8)
    export = TableExport.objects.get()
    assert default_storage.exists(export.file)
    TableExport.objects.update(expires_at=timezone.now())
    assert file_of(moderator, export).status_code == 404
    assert delete_expired_tables(later, dry_run=True) == 1
    assert delete_expired_tables(later, dry_run=False) == 1
    assert not default_storage.exists(export.file)
    assert not TableExport.objects.exists()


def test_all_rows_are_in_the_file_in_batches(moderator, run_jobs, monkeypatch):
    monkeypatch.setattr(exports, "id_batches", partial(id_batches, size=2))
    ListingFactory.create_batch(5)
    ask(moderator, "listings.listing")
    run_jobs()
    assert len(table(file_of(moderator, TableExport.objects.get()))) == 5


def test_a_file_has_a_bound_and_says_so(moderator, run_jobs, monkeypatch):
    monkeypatch.setattr(exports, "MAX_ROWS", 2)
    ListingFactory.create_batch(3)
    ask(moderator, "listings.listing")
    run_jobs()
    export = TableExport.objects.get()
    assert (export.rows, export.is_cut) == (2, True)


def test_a_repeated_job_writes_one_file(moderator, run_jobs):
    ask(moderator, "listings.listing")
    Job.objects.filter(name="exchange.write_table").update(key="")
    export = TableExport.objects.get()
    assert exports.write(export)
    assert not exports.write(export)


def test_the_button_is_above_lists_that_can_be_exported(moderator, administrator):
    for client, path, is_there in (
        (moderator, "/admin/listings/listing/?q=sofa", True),
        (moderator, "/admin/messaging/conversation/", False),
        (signed_in(UserFactory(is_staff=True)), "/admin/", False),
        (administrator, "/admin/payments/payment/", True),
    ):
        html = client.get(path).content.decode()
        assert ("/admin/exchange/tableexport/new/?of=" in html) == is_there
