"""Cells that a spreadsheet would run come out as text, and come back as they were."""

import csv
import io
from contextlib import suppress
from decimal import Decimal
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest

from core.exceptions import ValidationFailed
from core.spreadsheets import reading
from core.spreadsheets.cells import neutralised, restored
from core.spreadsheets.writing import PARTS, SHEET, writer

HOSTILE = [
    *("=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0"),
    *(
        "＝1+1",
        "＋1",
        "－1",
        "＠A1",
        " =1",
        "'=1",
        "''=1",
        "'",
        "'a",
        '"=1',
        "+371 20000000",
    ),
    *("plain", "a;=1", "_x000D_", "a\r\nb", '<a href="&">', "ā Я 😀", "x\tb"),
]
SIGNS = "=+-@\t\r\n＝＋－＠"


def written(rows, file_format):
    file = io.BytesIO()
    with writer(file, file_format) as table:
        for row in rows:
            table.write(row)
    file.seek(0)
    return file


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_cell_is_text_and_comes_back(text):
    shown = neutralised(text)
    assert shown[0] not in SIGNS
    assert restored(shown) == text


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_hostile_cells_round_trip_through_a_file(file_format):
    """S4: with our own reader."""
    file = written([["title"], *([text] for text in HOSTILE)], file_format)
    found = [cells for _line, cells in reading.rows(file, file_format)]
    assert found == [["title"], *([text] for text in HOSTILE)]


def test_the_parser_of_a_spreadsheet_reads_no_formula():
    """S4: the module csv stands for the spreadsheet."""
    file = written([[text] for text in HOSTILE], "csv")
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    cells = [row[0] for row in csv.reader(text)]
    assert len(cells) == len(HOSTILE)
    assert not [one for one in cells if one[0] in SIGNS]


def test_numbers_stay_numbers():
    row = [-5, -1.5, Decimal("-2.50"), True, None, 2**60]
    sheet = ZipFile(written([row], "xlsx")).read(SHEET).decode()
    assert "<v>-5</v>" in sheet
    assert "<v>-2.50</v>" in sheet
    assert "<f>" not in sheet
    assert written([row], "csv").read().decode("utf-8-sig") == (
        f"-5,-1.5,-2.50,true,,{2**60}\r\n"
    )


def test_every_cell_of_a_workbook_is_inline_text_or_a_number():
    sheet = ZipFile(written([HOSTILE, [1]], "xlsx")).read(SHEET).decode()
    assert sheet.count("<c ") == sheet.count('<c t="inlineStr">') == len(HOSTILE)


def workbook(sheet, method=ZIP_DEFLATED, **more):
    file = io.BytesIO()
    with ZipFile(file, "w", method) as archive:
        for name, content in PARTS.items():
            archive.writestr(name, content)
        archive.writestr(SHEET, sheet)
        for name, content in more.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    file.seek(0)
    return file


SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def test_a_workbook_of_another_program_is_read():
    """Shared texts, gaps between cells, booleans, and the number of the line."""
    sheet = (
        f'<worksheet {SPACE}><sheetData><row r="3"><c r="A3" t="s"><v>0</v></c>'
        '<c r="C3"><v>2.5</v></c><c r="D3" t="b"><v>1</v></c></row>'
        "</sheetData></worksheet>"
    )
    texts = (
        f"<sst {SPACE}><si><r><t>So</t></r><r><t>fa</t></r>"
        "<rPh><t>read</t></rPh></si></sst>"
    )
    file = workbook(sheet, xl__sharedStrings=texts)
    assert list(reading.rows(file, "xlsx")) == [(3, ["Sofa", "", 2.5, True])]


ENTITY = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
BAD_SHEETS = {
    "an entity": f"{ENTITY}<worksheet {SPACE}><row><c><v>&b;</v></c></row></worksheet>",
    "a type": f"<!DOCTYPE worksheet><worksheet {SPACE}/>",
    "no XML": "<worksheet",
    "a far column": f'<worksheet {SPACE}><row><c r="ZZZ1"/></row></worksheet>',
    "no such text": f'<worksheet {SPACE}><row><c t="s"><v>7</v></c></row></worksheet>',
    "no number": f"<worksheet {SPACE}><row><c><v>x</v></c></row></worksheet>",
}


@pytest.mark.parametrize("sheet", BAD_SHEETS.values(), ids=BAD_SHEETS)
def test_a_hostile_workbook_is_refused(sheet):
    with pytest.raises(ValidationFailed):
        list(reading.rows(workbook(sheet), "xlsx"))


def test_a_small_file_that_unpacks_to_a_large_one_is_refused():
    file = workbook(f"<worksheet {SPACE}>" + " " * (reading.MAX_UNPACKED_BYTES + 1))
    assert file.getbuffer().nbytes < 1_000_000
    with pytest.raises(ValidationFailed, match="too large"):
        list(reading.rows(file, "xlsx"))


@pytest.mark.parametrize("method", [ZIP_BZIP2, ZIP_LZMA])
def test_compression_that_zipfile_does_not_bound_is_refused(method):
    file = workbook(
        f"<worksheet {SPACE}><row><c><v>1</v></c></row></worksheet>", method
    )
    with pytest.raises(ValidationFailed, match="not a workbook"):
        list(reading.rows(file, "xlsx"))


def test_damaged_archive_is_refused_at_every_byte():
    whole = workbook(f"<worksheet {SPACE}><row><c><v>1</v></c></row></worksheet>")
    for place in range(0, whole.getbuffer().nbytes, 3):
        content = bytearray(whole.getvalue())
        content[place] ^= 0xFF
        with suppress(ValidationFailed):
            list(reading.rows(io.BytesIO(content), "xlsx"))


def test_cells_of_one_row_are_bounded_without_references_too():
    cells = "<c/>" * (reading.MAX_COLUMNS + 1)
    file = workbook(f"<worksheet {SPACE}><row>{cells}</row></worksheet>")
    with pytest.raises(ValidationFailed, match="100 columns"):
        list(reading.rows(file, "xlsx"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a_xD800_b", "ab"),
        ("_x0000_a_x000B_", "a"),
        ("_xFFFF_", None),
        ("a_x000A_b", "a\nb"),
    ],
)
def test_characters_that_no_database_takes_are_left_out(text, expected):
    cell = f'<c t="inlineStr"><is><t>{text}</t></is></c>'
    file = workbook(f"<worksheet {SPACE}><row>{cell}</row></worksheet>")
    found = [cells for _line, cells in reading.rows(file, "xlsx")]
    assert found == ([[expected]] if expected else [])


def test_control_characters_of_csv_are_left_out():
    found = list(reading.rows(io.BytesIO(b"a\0b,c\x0b\n"), "csv"))
    assert found == [(1, ["ab", "c"])]


def test_text_that_no_cell_holds_cannot_be_read():
    texts = f"<sst {SPACE}><si><t>{'x' * 32_768}</t></si></sst>"
    sheet = f'<worksheet {SPACE}><row><c t="s"><v>0</v></c></row></worksheet>'
    [(_line, [cell])] = reading.rows(workbook(sheet, xl__sharedStrings=texts), "xlsx")
    assert isinstance(cell, reading.BadCell)


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"\xff\xfe", b'a\n"b'])
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_what_is_no_table_is_refused_or_empty(content, file_format):
    with suppress(ValidationFailed):
        assert len(list(reading.rows(io.BytesIO(content), file_format))) < 2


def test_more_lines_than_allowed_are_refused():
    text = "title\n" + "x\n" * (reading.MAX_ROWS + 1)
    with pytest.raises(ValidationFailed, match="5000 lines"):
        list(reading.rows(io.BytesIO(text.encode()), "csv"))


def test_the_number_of_a_line_counts_breaks_within_cells():
    file = io.BytesIO(b'a;b\r\n"x\r\ny";1\r\n\r\nz;2\r\n')
    assert list(reading.rows(file, "csv")) == [
        (1, ["a", "b"]),
        (2, ["x\r\ny", "1"]),
        (5, ["z", "2"]),
    ]
