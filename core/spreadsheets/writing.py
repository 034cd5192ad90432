"""Write a table row by row: it is never in memory as a whole."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from typing import IO, Any, Protocol
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from core.spreadsheets.cells import cell, on_the_clock
from core.spreadsheets.dates import (
    DATE_STYLE,
    FIRST_WRITTEN,
    TIME_STYLE,
    to_serial,
)

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    f'ContentType="{TYPES}.worksheet+xml"/>'
    '<Override PartName="/xl/styles.xml" '
    f'ContentType="{TYPES}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{SHEETS}" xmlns:r="{OFFICE}"><sheets>'
    '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" '
    'Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{OFFICE}/styles" '
    'Target="styles.xml"/></Relationships>',
    # The styles 0, `DATE_STYLE` and `TIME_STYLE`. Programs want all parts of it.
    "xl/styles.xml": f'<styleSheet xmlns="{SHEETS}"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" xfId="0"/>'
    '<xf numFmtId="164" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>',
}
SHEET = "xl/worksheets/sheet1.xml"
# Excel reads `_x000D_` in a text as that character.
CODE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


class Writer(Protocol):
    """Writes one row after the other."""

    def write(self, values: Iterable[Any]) -> None:
        """Write a row of values, each as `core.spreadsheets.cells.cell` shows it."""


@contextmanager
def writer(target: IO[bytes], file_format: str) -> Iterator[Writer]:
    """Yield a writer to the open binary file, as `csv` or `xlsx`."""
    makers: dict[str, Callable[..., AbstractContextManager[Writer]]]
    makers = {"csv": _csv, "xlsx": _xlsx}
    with makers[file_format](target) as found:
        yield found


class _CsvWriter:
    def __init__(self, target: Any) -> None:
        self._rows = csv.writer(target)

    def write(self, values: Iterable[Any]) -> None:
        self._rows.writerow([cell(value) for value in values])


@contextmanager
def _csv(target: IO[bytes]) -> Iterator[_CsvWriter]:
    # With the mark of UTF-8: Excel would take it for the encoding of one country.
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
    try:
        yield _CsvWriter(text)
    finally:
        text.detach()  # flushed; closing it would close the file of the caller


class _XlsxWriter:
    def __init__(self, sheet: IO[bytes]) -> None:
        self._sheet = sheet

    def write(self, values: Iterable[Any]) -> None:
        cells = "".join(map(_xml, values))
        self._sheet.write(f"<row>{cells}</row>".encode())


@contextmanager
def _xlsx(target: IO[bytes]) -> Iterator[_XlsxWriter]:
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, content in PARTS.items():
            archive.writestr(name, HEAD + content)
        with archive.open(SHEET, "w", force_zip64=True) as sheet:
            sheet.write(f'{HEAD}<worksheet xmlns="{SHEETS}"><sheetData>'.encode())
            yield _XlsxWriter(sheet)
            sheet.write(b"</sheetData></worksheet>")


def _xml(value: Any) -> str:
    if isinstance(value, bool):
        return f'<c t="b"><v>{value:d}</v></c>'
    if isinstance(value, datetime):
        value = on_the_clock(value)
    if isinstance(value, date) and date(*value.timetuple()[:3]) >= FIRST_WRITTEN:
        style = TIME_STYLE if isinstance(value, datetime) else DATE_STYLE
        return f'<c s="{style}"><v>{to_serial(value)}</v></c>'
    value = cell(value)
    if not isinstance(value, str):
        return f"<c><v>{value}</v></c>"
    # A carriage return as such would be read as the end of a line.
    text = escape(CODE.sub("_x005F_", value), {"\r": "&#13;"})
    # As inline text, which is never a formula.
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
