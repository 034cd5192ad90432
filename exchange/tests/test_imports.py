"""Files of items: checked line by line, posted as a whole, and never twice."""

import io
from datetime import timedelta
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import Group
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory
from audit.models import AuditLogEntry
from conftest import signed_in
from core.spreadsheets.writing import PARTS, SHEET, SHEETS, writer
from exchange import imports
from exchange.jobs import delete_expired_tables, record_failures
from exchange.models import ImportedRow, TableImport
from jobs.models import Job
from listings.models import Listing
from offerings.models import Offering
from tasks.models import TaskRequest

pytestmark = pytest.mark.django_db
NEW = "/admin/exchange/tableimport/new/"
TITLES = ["owner", "external_id", "title", "description", "category", "price"]
SOFA = ["alice", "a1", "Sofa", "A green sofa.", "furniture", 20]
BOOK = ["bob", "a1", "Book", "A thick book.", "kids", "3,50"]
TASK = {"owner": "alice", "title": "Mow", "description": "The lawn.", "budget": 20}
TASK |= {
    "category": "cleaning",
    "latitude": 56.9,
    "longitude": 24.1,
    "location": "Rīga",
}


@pytest.fixture
def admin(alice, bob):
    person = UserFactory(username="admin", is_staff=True)
    person.groups.add(Group.objects.get(name="Administrators"))
    return signed_in(person)


def send(client, rows, kind="listings", file_format="csv", name="items"):
    content = io.BytesIO()
    with writer(content, file_format) as table:
        for row in rows:
            table.write(row)
    return send_file(client, content.getvalue(), f"{name}.{file_format}", kind)


def send_file(client, content, name="items.csv", kind="listings"):
    content = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(name, content)
    return client.post(NEW, {"kind": kind, "file": file, "reason": "from the old site"})


def newest():
    return TableImport.objects.order_by("pk").last()


def start(client):
    url = f"/admin/exchange/tableimport/{newest().pk}/action/import/"
    return client.post(url, {"reason": "checked with the seller"})


def imported(client, run_jobs, rows, **more):
    send(client, rows, **more)
    run_jobs()
    assert newest().errors == []
    start(client)
    run_jobs()
    return newest()


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_file_is_checked_then_posted(admin, run_jobs, alice, bob, file_format):
    send(admin, [TITLES, SOFA, BOOK], file_format=file_format)
    run_jobs()
    assert (newest().errors, newest().status) == ([], "checked")
    assert not Listing.objects.exists()
    start(admin)
    run_jobs()
    assert (newest().status, newest().created_count) == ("done", 2)
    found = Listing.objects.order_by("title").values_list("title", "price", "seller")
    assert list(found) == [("Book", 3.5, bob.pk), ("Sofa", 20, alice.pk)]


@pytest.mark.parametrize(
    ("kind", "model", "price"),
    [("tasks", TaskRequest, "budget"), ("offerings", Offering, "price")],
)
def test_tasks_and_offerings_are_posted_too(admin, run_jobs, kind, model, price):
    row = {price if name == "budget" else name: v for name, v in TASK.items()}
    imported(admin, run_jobs, [list(row), row.values()], kind=kind)
    assert (newest().errors, model.objects.get().title) == ([], "Mow")


def test_errors_name_line_column_and_reason(admin, run_jobs):
    wrong = ["nobody", "a2", "", "x", "no-such", "much"]
    send(admin, [TITLES, SOFA, wrong])
    run_jobs()
    row = newest()
    assert (row.status, row.errors_count) == ("invalid", len(row.errors))
    assert {(one["line"], one["column"]) for one in row.errors} == {
        (3, name) for name in ("owner", "title", "category", "price")
    }
    page = admin.get(f"/admin/exchange/tableimport/{row.pk}/change/").content.decode()
    assert "Line 3, owner: There is no active person" in page


def test_with_an_error_in_one_line_nothing_is_posted(admin, run_jobs, bob):
    send(admin, [TITLES, SOFA, BOOK])
    run_jobs()
    User.objects.filter(pk=bob.pk).update(username="bobby")  # after the check

    start(admin)
    run_jobs()
    assert (newest().status, newest().errors[0]["line"]) == ("invalid", 3)
    assert not Listing.objects.exists()
    assert not ImportedRow.objects.exists()


def test_what_the_service_refuses_is_an_error_of_the_line(admin, run_jobs):
    titles = [*TITLES, "images"]
    send(admin, [titles, [*SOFA, "/api/uploads/" + "a" * 32 + ".jpg"]])
    run_jobs()
    assert (newest().status, newest().errors[0]["line"]) == ("invalid", 2)


@pytest.mark.parametrize("titles", [TITLES, ["owner", *TITLES[2:]]])
def test_a_second_run_of_a_file_makes_no_doubles(admin, run_jobs, titles):
    rows = [titles, [v for v, t in zip(SOFA, TITLES, strict=True) if t in titles]]
    imported(admin, run_jobs, rows)
    again = imported(admin, run_jobs, rows)
    assert Listing.objects.count() == 1
    assert (again.status, again.created_count, again.skipped_count) == ("done", 0, 1)


def test_a_line_of_another_format_is_known_again(admin, run_jobs):
    titles = ["owner", *TITLES[2:], "is_negotiable"]
    imported(admin, run_jobs, [titles, ["alice", "Sofa", "Old", "furniture", 5, True]])
    for price in (5, 5.0, "5,0"):
        rows = [titles, ["alice", "Sofa ", "Old", "furniture", price, "jā"]]
        again = imported(admin, run_jobs, rows, file_format="xlsx")
        assert (again.created_count, again.skipped_count) == (0, 1)


def test_an_id_as_a_number_is_the_same_as_its_text(admin, run_jobs):
    number = 1_234_567_890_123_456
    imported(admin, run_jobs, [TITLES, ["alice", str(number), *SOFA[2:]]])
    rows = [TITLES, ["alice", number, *SOFA[2:]]]
    assert imported(admin, run_jobs, rows, file_format="xlsx").skipped_count == 1


@pytest.mark.parametrize("number", [2**53 + 2, 1.5, "1E+20", "12345678901234567890"])
def test_an_id_that_a_spreadsheet_has_rounded_is_refused(admin, run_jobs, number):
    content = workbook_of([["owner", "external_id"], ["alice", "number"]])
    cell = f"<c><v>{number}</v></c>"
    file = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as before, ZipFile(file, "w") as after:
        for name in before.namelist():
            text = before.read(name).decode()
            old = '<c t="inlineStr"><is><t>number</t></is></c>'
            after.writestr(name, text.replace(old, cell))
    send_file(admin, file.getvalue(), "items.xlsx")
    run_jobs()
    assert "external_id" in {one["column"] for one in newest().errors}


def test_an_id_that_a_spreadsheet_has_shortened_is_refused(admin, run_jobs):
    send(admin, [TITLES, ["alice", "1.23457E+15", *SOFA[2:]]])
    run_jobs()
    assert [one["column"] for one in newest().errors] == ["external_id"]


def test_a_row_with_a_known_id_is_left_out_whatever_it_says(admin, run_jobs):
    imported(admin, run_jobs, [TITLES, SOFA])
    changed = [*SOFA[:2], "Red sofa", *SOFA[3:]]
    assert imported(admin, run_jobs, [TITLES, changed, BOOK]).created_count == 1
    assert {row.title for row in Listing.objects.all()} == {"Sofa", "Book"}


def test_a_row_is_in_a_file_once(admin, run_jobs):
    send(admin, [TITLES, SOFA, SOFA])
    run_jobs()
    (only,) = newest().errors
    assert (only["line"], only["sentence"]) == (3, "The same as line 2.")


@pytest.mark.parametrize(
    "titles", [TITLES[1:], [*TITLES, "status"], [*TITLES, "title"]]
)
def test_titles_are_checked(admin, run_jobs, titles):
    send(admin, [titles, SOFA])
    run_jobs()
    assert newest().errors[0]["line"] == 1


def test_what_was_neutralised_is_posted_as_it_was(admin, run_jobs):
    text = "=1+1 is two"
    imported(admin, run_jobs, [TITLES, [*SOFA[:2], text, *SOFA[3:]]])
    assert Listing.objects.get().title == text


def test_imports_are_not_limited_to_some_a_day(admin, run_jobs, settings):
    settings.THROTTLE, settings.POSTS_PER_DAY = True, 1
    rows = [[*SOFA[:1], f"a{n}", f"Sofa {n}", *SOFA[3:]] for n in range(3)]
    assert imported(admin, run_jobs, [TITLES, *rows]).created_count == 3


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"\xff\xff", b"owner\n"])
@pytest.mark.parametrize("name", ["items.csv", "items.xlsx"])
def test_what_is_no_table_is_an_error_of_the_file(admin, run_jobs, content, name):
    send_file(admin, content or b"\n", name)
    run_jobs()
    assert (newest().status, newest().errors[0]["line"]) == ("invalid", 0)


def broken(*args, **kwargs):
    raise AssertionError("a fault of this program")


def test_import_whose_job_is_dead_has_an_error_of_the_file(
    admin, run_jobs, monkeypatch
):
    send(admin, [TITLES, SOFA])
    monkeypatch.setattr(imports.reading, "rows", broken)
    Job.objects.update(attempts=2)  # of three
    run_jobs(may_fail=True)
    assert newest().status == "waiting"
    record_failures()
    assert (newest().status, newest().errors_count) == ("invalid", 1)
    page = admin.get(f"/admin/exchange/tableimport/{newest().pk}/change/")
    assert "could not be processed" in page.content.decode()


def test_running_import_whose_job_is_dead_has_posted_nothing(
    admin, run_jobs, monkeypatch
):
    send(admin, [TITLES, SOFA])
    run_jobs()
    start(admin)
    monkeypatch.setattr(imports, "_post_all", broken)
    Job.objects.filter(status="waiting").update(attempts=2)
    run_jobs(may_fail=True)
    record_failures()
    assert (newest().status, newest().rows) == ("invalid", 1)
    assert not Listing.objects.exists()


def test_import_that_is_tried_again_is_left_alone(admin, run_jobs, monkeypatch):
    send(admin, [TITLES, SOFA])
    with monkeypatch.context() as patch:
        patch.setattr(imports.reading, "rows", broken)
        run_jobs(may_fail=True)
    record_failures()
    assert newest().status == "waiting"


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("column", range(len(TITLES)))
def test_texts_that_no_database_takes_are_left_out(
    admin, run_jobs, file_format, column
):
    titles, row = [*TITLES], [*map(str, SOFA)]
    row[column] += "\0\x0b"
    content = ",".join(titles) + "\n" + ",".join(row)
    if file_format == "xlsx":
        row[column] = f"{SOFA[column]}_x0000__xD800_"
        content = workbook_of([titles, row])
    send_file(admin, content, f"items.{file_format}")
    run_jobs()
    assert (newest().errors, newest().status) == ([], "checked")


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_titles_that_no_database_takes_are_errors(admin, run_jobs, file_format):
    content = "own\0\x0ber\nalice"
    if file_format == "xlsx":
        content = workbook_of([["_x0000__xD800_no"], ["alice"]])
    send_file(admin, content, f"items.{file_format}")
    run_jobs()
    assert newest().status == "invalid"
    url = f"/admin/exchange/tableimport/{newest().pk}/change/"
    assert admin.get(url).status_code == 200


def workbook_of(rows):
    """Return a workbook whose texts are not escaped as the writer would."""
    sheet = "".join(
        "<row>"
        + "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in row)
        + "</row>"
        for row in rows
    )
    file = io.BytesIO()
    with ZipFile(file, "w") as archive:
        for name, content in PARTS.items():
            archive.writestr(name, content)
        archive.writestr(SHEET, f'<worksheet xmlns="{SHEETS}">{sheet}</worksheet>')
    return file.getvalue()


def test_other_and_large_files_are_refused(admin, monkeypatch):
    monkeypatch.setattr(imports, "MAX_FILE_BYTES", 10)
    for content, name in ((b"a", "items.ods"), (b"a" * 11, "items.csv")):
        assert send_file(admin, content, name).status_code == 200
    assert not TableImport.objects.exists()


def test_an_import_is_carried_out_once(admin, run_jobs):
    imported(admin, run_jobs, [TITLES, SOFA])
    start(admin)
    assert "exchange.run_import" not in run_jobs()
    assert Job.objects.filter(name="exchange.run_import").count() == 1
    assert Listing.objects.count() == 1


@pytest.mark.parametrize("role", ["Moderators", "Support", "Finance"])
def test_only_administrators_import(role, alice):
    person = UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    assert send(signed_in(person), [TITLES, SOFA]).status_code == 403
    assert not TableImport.objects.exists()


def test_upload_and_import_are_in_the_audit_log(admin, run_jobs):
    imported(admin, run_jobs, [TITLES, SOFA])
    found = AuditLogEntry.objects.order_by("id").values_list("action", "reason")
    assert list(found) == [
        ("upload", "from the old site"),
        ("import", "checked with the seller"),
    ]


def test_after_some_days_the_file_is_gone_and_the_ids_are_known(admin, run_jobs):
    name = imported(admin, run_jobs, [TITLES, SOFA]).file
    delete_expired_tables(timezone.now() + timedelta(days=8), dry_run=False)
    assert not default_storage.exists(name)
    assert not TableImport.objects.exists()
    assert imported(admin, run_jobs, [TITLES, SOFA]).skipped_count == 1
