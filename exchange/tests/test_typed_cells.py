"""Dates, booleans and the fields of categories, in files and back again."""

import io
from datetime import date, datetime, time
from decimal import Decimal
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.tests.factories import UserFactory
from categories.tests.factories import make_cars
from core.exceptions import ValidationFailed
from core.spreadsheets import dates, reading
from core.spreadsheets.dates import from_serial, is_date_format, to_serial
from core.spreadsheets.writing import PARTS, SHEET, SHEETS, writer
from exchange.exports import write
from exchange.models import TableExport
from exchange.tests.test_imports import admin, imported, newest, send, send_file
from listings.models import Listing
from listings.tests.factories import ListingFactory
from tasks.models import TaskRequest

pytestmark = pytest.mark.django_db
__all__ = ["admin"]  # a fixture
MOMENT = datetime.fromisoformat("2031-05-06T14:30")
TITLES = ["owner", "title", "description", "category", "price"]
CAR = ["alice", "Old car", "It still drives.", "cars", 900]
FIELDS = ["attr.mileage", "attr.fuel", "attr.automatic", "attr.inspected"]
VALUES = [120_000, "diesel", True, date(2031, 5, 6)]


def workbook(cells, *, formats=(), more_styles=0, is_1904=False):
    """Return a workbook with one row of cells, and styles with these formats."""
    custom = "".join(
        f'<numFmt numFmtId="{200 + n}" formatCode="{code}"/>'
        for n, code in enumerate(formats)
    )
    used = "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(len(formats)))
    used += "<xf/>" * more_styles
    styles = (
        f'<styleSheet xmlns="{SHEETS}"><numFmts>{custom}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        f'<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>{used}</cellXfs></styleSheet>'
    )
    book = PARTS["xl/workbook.xml"]
    if is_1904:
        book = book.replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    sheet = f'<worksheet xmlns="{SHEETS}"><sheetData><row>{cells}</row></sheetData>'
    more = {"xl/styles.xml": styles, "xl/workbook.xml": book}
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        parts = PARTS | more | {SHEET: f"{sheet}</worksheet>"}
        for name, content in parts.items():
            archive.writestr(name, content)
    file.seek(0)
    return file


def read(cells, **more):
    [(_line, found)] = reading.rows(workbook(cells, **more), "xlsx")
    return found


@pytest.mark.parametrize(
    ("number", "is_1904", "expected"),
    [
        (1, False, date(1900, 1, 1)),
        (59, False, date(1900, 2, 28)),
        (61, False, date(1900, 3, 1)),
        (47_974, False, date(2031, 5, 6)),
        (47_974.6041666667, False, MOMENT),
        (46_512, True, date(2031, 5, 6)),
        (0, True, date(1904, 1, 1)),
        (0.25, False, time(6)),
        (2_958_465, False, date(9999, 12, 31)),
    ],
)
def test_number_of_days_is_a_date(number, is_1904, expected):
    assert from_serial(number, is_1904=is_1904) == expected


@pytest.mark.parametrize("number", [-1, 0, 60, 3_000_000, 1e300, float("nan")])
def test_number_that_is_no_date_is_refused(number):
    with pytest.raises((ValueError, OverflowError)):
        from_serial(number, is_1904=False)


@pytest.mark.parametrize(
    "value", [date(1900, 3, 1), datetime.fromisoformat("2031-05-06T23:59:59")]
)
def test_date_comes_back_from_its_number(value):
    assert from_serial(to_serial(value), is_1904=False) == value


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("yyyy\\-mm\\-dd", True),
        ("[$-426]d. mmmm", True),
        ("dd.mm.yyyy;@", True),
        ("h:mm", True),
        ("General", False),
        ("0.00", False),
        ('0 "days"', False),
        ("[Red]0", False),
        ("[h]:mm", False),
        ("0;dd", False),
    ],
)
def test_format_of_a_style_tells_dates_from_numbers(code, is_date):
    assert is_date_format(code) is is_date


@pytest.mark.parametrize(("is_1904", "number"), [(False, 47_974), (True, 46_512)])
def test_styled_number_is_a_date_in_both_systems(is_1904, number):
    cells = f'<c s="1"><v>{number}</v></c><c s="2"><v>{number}</v></c>'
    cells += f"<c><v>{number}</v></c>"
    found = read(cells, formats=["d/m/yy"], is_1904=is_1904)
    assert found == [date(2031, 5, 6), date(2031, 5, 6), number]


@pytest.mark.parametrize("style", [-5, -1, 2, 10**9])
def test_style_that_is_not_there_makes_no_date(style):
    assert read(f'<c s="{style}"><v>47974</v></c>') == [47_974]


@pytest.mark.parametrize("number", ["1234567890123456", "9007199254740993", "-0"])
def test_whole_number_keeps_its_digits(number):
    assert read(f"<c><v>{number}</v></c>") == [int(number)]


@pytest.mark.parametrize("number", ["NaN", "INF", "1E999"])
def test_number_that_is_none_cannot_be_read(number):
    [found] = read(f"<c><v>{number}</v></c>")
    assert isinstance(found, reading.BadCell)


def test_only_so_much_of_a_format_is_read():
    assert is_date_format("0" * 254 + "d")
    assert not is_date_format("0" * 255 + "d")


def test_format_is_read_once_for_all_styles(monkeypatch):
    calls = []
    monkeypatch.setattr(dates, "is_date_format", lambda code: calls.append(code))
    dates.date_styles(["200"] * 50, {"200": "yyyy"})
    assert calls == ["yyyy"]


@pytest.mark.parametrize(("formats", "styles"), [(0, 65_491), (1_001, 0)])
def test_more_formats_than_a_workbook_has_are_refused(formats, styles):
    cells = "<c><v>1</v></c>"
    file = workbook(cells, formats=["0"] * formats, more_styles=styles)
    with pytest.raises(ValidationFailed, match="not a workbook"):
        list(reading.rows(file, "xlsx"))


def test_iso_date_of_a_cell_is_a_date():
    cells = '<c t="d"><v>2031-05-06</v></c><c t="d"><v>2031-05-06T14:30:00</v></c>'
    assert read(cells) == [date(2031, 5, 6), MOMENT]


@pytest.mark.parametrize(
    "cell",
    ['<c t="e"><v>#N/A</v></c>', '<c s="1"><v>60</v></c>', '<c s="1"><v>-1</v></c>'],
)
def test_cell_that_cannot_be_read_says_why(cell):
    [found] = read(cell)
    assert isinstance(found, reading.BadCell)
    assert found.sentence


def test_values_come_back_with_their_types():
    row = [True, False, 5, date(2031, 5, 6), MOMENT, "x"]
    file = io.BytesIO()
    with writer(file, "xlsx") as table:
        table.write(row)
    [(_line, found)] = reading.rows(file, "xlsx")
    assert found == row


def test_dates_that_programs_disagree_on_are_texts():
    file = io.BytesIO()
    with writer(file, "xlsx") as table:
        table.write([date(1899, 1, 1), Decimal("2.50")])
    [(_line, found)] = reading.rows(file, "xlsx")
    assert found == ["1899-01-01", 2.5]


def test_fields_of_the_category_are_imported(admin, run_jobs):
    make_cars()
    rows = [TITLES + FIELDS, CAR + VALUES]
    imported(admin, run_jobs, rows, file_format="xlsx")
    assert Listing.objects.get().attributes == {
        "mileage": 120_000,
        "fuel": "diesel",
        "automatic": True,
        "inspected": "2031-05-06",
    }


def test_fields_of_the_category_are_imported_from_texts_too(admin, run_jobs):
    make_cars()
    texts = ["120000,5", "diesel", "jā", "2031-05-06"]
    imported(admin, run_jobs, [TITLES + FIELDS, CAR + texts])
    assert Listing.objects.get().attributes == {
        "mileage": 120_000.5,
        "fuel": "diesel",
        "automatic": True,
        "inspected": "2031-05-06",
    }


def test_each_bad_cell_has_its_own_error(admin, run_jobs):
    make_cars()
    wrong = ["much", "water", "perhaps", "soon"]
    sofa = ["alice", "Sofa", "Green.", "furniture", "x"]
    send(admin, [TITLES + FIELDS, CAR + wrong, [*sofa, 5, "", "", ""]])
    run_jobs()
    found = [(one["line"], one["column"]) for one in newest().errors]
    assert sorted(found) == sorted(
        [*((2, name) for name in FIELDS), (3, "price"), (3, "attr.mileage")]
    )


def test_field_that_no_category_has_is_an_error(admin, run_jobs):
    send(admin, [[*TITLES, "attr.nothing"], [*CAR, 1]])
    run_jobs()
    assert [one["column"] for one in newest().errors] == ["attr.nothing"]


def test_error_of_a_formula_is_an_error_of_its_cell(admin, run_jobs):
    row = "".join(f'<c t="inlineStr"><is><t>{t}</t></is></c>' for t in TITLES)
    values = "".join(f'<c t="inlineStr"><is><t>{v}</t></is></c>' for v in CAR[:-1])
    cells = f'{row}</row><row>{values}<c t="e"><v>#DIV/0!</v></c>'
    send_file(admin, workbook(cells).getvalue(), "items.xlsx")
    run_jobs()
    errors = {(one["line"], one["column"]) for one in newest().errors}
    assert (2, "price") in errors
    assert "#DIV/0!" in str(newest().errors)


def test_date_of_a_workbook_is_a_deadline(admin, run_jobs):
    titles = ["owner", "title", "description", "category", "budget", "deadline"]
    titles += ["latitude", "longitude", "location", "is_urgent"]
    task = ["alice", "Mow", "The lawn.", "cleaning", 20, MOMENT]
    task += [56.9, 24.1, "Rīga", True]
    imported(admin, run_jobs, [titles, task], kind="tasks", file_format="xlsx")
    found = TaskRequest.objects.get()
    assert timezone.localtime(found.deadline).isoformat()[:16] == "2031-05-06T14:30"
    assert found.is_urgent


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_exported_fields_are_imported_again(admin, alice, run_jobs, file_format):
    make_cars()
    values = {
        "mileage": 1.5,
        "fuel": "petrol",
        "automatic": False,
        "inspected": "2031-05-06",
    }
    ListingFactory(seller=alice, category="cars", attributes=values)
    titles, row = exported(file_format)
    cells = dict(zip(titles, row, strict=True))
    Listing.objects.all().delete()
    again = [cells[name] for name in FIELDS]
    rows = [TITLES + FIELDS, CAR + again]
    imported(admin, run_jobs, rows, file_format=file_format)
    assert Listing.objects.get().attributes == values


def exported(file_format):
    owner = UserFactory(is_staff=True, is_superuser=True)
    export = TableExport.objects.create(
        owner=owner, model="listings.listing", format=file_format, reason="x"
    )
    assert write(export)
    export.refresh_from_db()
    with default_storage.open(export.file) as file:
        return [cells for _line, cells in reading.rows(file, file_format)]
