"""Read the rows of an uploaded table, within limits.

An XLSX file is an archive of XML that a stranger made: it is read as a stream, neither
more of it than `MAX_UNPACKED_BYTES` nor any document with a type declaration, so that
it defines no entities.
"""

import csv
import io
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from math import isfinite
from typing import IO, Any
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from django.utils.translation import gettext as _

from core.exceptions import ValidationFailed
from core.spreadsheets.cells import (
    MAX_CELL_CHARS,
    MAX_WHOLE_NUMBER,
    cleaned,
    restored,
)
from core.spreadsheets.dates import date_styles, from_serial
from core.spreadsheets.elements import (
    MAX_PARTS,
    SHEETS,
    Attributes,
    Several,
    SharedTexts,
    Styles,
    Texts,
    no_workbook,
)

MAX_ROWS = 5_000  # below the line of the titles
MAX_COLUMNS = 100
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
DELIMITERS = ",;\t"
# Of other methods, zipfile unpacks a whole block at once: a small one may be gigabytes.
METHODS = (ZIP_STORED, ZIP_DEFLATED)
# What the libraries raise for an archive or a document that is damaged.
READ_ERRORS = (
    *(BadZipFile, zlib.error, struct.error, expat.ExpatError),
    *(ArithmeticError, EOFError, LookupError, OSError, RuntimeError, ValueError),
)
Row = tuple[int, list[Any]]  # the number of its line, and its cells


@dataclass(frozen=True)
class BadCell:
    """A cell that cannot be read, and the sentence that says why."""

    sentence: str


INTEGER = re.compile(r"-?[0-9]+")
REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]+")
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def rows(file: IO[bytes], file_format: str) -> Iterator[Row]:
    """Yield the rows that are not empty, each with the number of its line from 1.

    `file` is in memory: an error of its reading is taken for one of its content.
    A cell is a text, or in XLSX a number, a boolean, a date or a time as well; empty
    ones are "", and what cannot be read is a `BadCell`.
    Raises `ValidationFailed` (400) for what is no such file, and what is too large.
    """
    read = {"csv": _csv_rows, "xlsx": _xlsx_rows}[file_format]
    count = 0
    for line, raw_cells in read(file):
        cells = [_cleaned(value) for value in raw_cells]
        if all(value == "" for value in cells):
            continue
        count += 1
        if count > MAX_ROWS + 1:
            sentence = _("The file has more than %(most)s lines.")
            raise ValidationFailed(sentence % {"most": MAX_ROWS})
        if len(cells) > MAX_COLUMNS:
            sentence = _("The file has more than %(most)s columns.")
            raise ValidationFailed(sentence % {"most": MAX_COLUMNS})
        yield line, cells


def _cleaned(value: Any) -> Any:
    """Return a cell with the text that our own writer would write so."""
    if not isinstance(value, str):
        return value
    if len(value) > MAX_CELL_CHARS:
        return BadCell(_("At most %(most)s characters.") % {"most": MAX_CELL_CHARS})
    return restored(cleaned(value))


def _csv_rows(file: IO[bytes]) -> Iterator[Row]:
    try:
        text = file.read(MAX_UNPACKED_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationFailed(_("Save the file as CSV in UTF-8.")) from error
    titles = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=titles.count)
    found = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in found:
            yield line, cells
            line = found.line_num + 1  # a row may have several lines
    except csv.Error as error:
        sentence = _("Line %(line)s is not CSV.") % {"line": found.line_num}
        raise ValidationFailed(sentence) from error


def _xlsx_rows(file: IO[bytes]) -> Iterator[Row]:
    try:
        with ZipFile(file) as archive:
            if len(archive.infolist()) > MAX_PARTS:
                raise no_workbook()
            yield from _Workbook(archive).rows()
    except READ_ERRORS as error:
        raise no_workbook() from error


class _Workbook:
    """The first sheet of a workbook."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._left = MAX_UNPACKED_BYTES

    def rows(self) -> Iterator[Row]:
        """Yield the rows of the first sheet."""
        name, is_1904 = self._sheet()
        sheet = _Sheet(self._texts(), self._date_styles(), is_1904=is_1904)
        for _chunk in self._parsed(name, sheet):
            yield from sheet.taken()

    def _parsed(self, name: str, *readers: Any) -> Iterator[None]:
        """Parse a part of the archive; pause after each chunk of it."""
        reader = readers[0] if len(readers) == 1 else Several(readers)
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.EntityDeclHandler = _refuse
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = reader.end
        parser.CharacterDataHandler = reader.text
        if self._archive.getinfo(name).compress_type not in METHODS:
            raise no_workbook()
        with self._archive.open(name) as part:
            while chunk := part.read(CHUNK_BYTES):
                # Counted as it is unpacked: what the archive says of itself may be
                # wrong.
                self._left -= len(chunk)
                if self._left < 0:
                    raise ValidationFailed(_("The file is too large."))
                parser.Parse(chunk, False)
                yield
        parser.Parse(b"", True)
        yield

    def _sheet(self) -> tuple[str, bool]:
        """Return the name of the first sheet, and whether days count from 1904."""
        sheets, settings = Attributes(f"{SHEETS} sheet"), Attributes("workbookPr")
        for _chunk in self._parsed("xl/workbook.xml", sheets, settings):
            pass
        system = settings.found[0].get("date1904", "") if settings.found else ""
        wanted = sheets.found[0][f"{RELATIONS} id"] if sheets.found else ""
        links = Attributes("Relationship")
        for _chunk in self._parsed("xl/_rels/workbook.xml.rels", links):
            pass
        targets = [a["Target"] for a in links.found if a.get("Id") == wanted]
        if not targets:
            raise no_workbook()
        target = targets[0]
        name = target[1:] if target.startswith("/") else f"xl/{target}"
        return name, system in ("1", "true")

    def _date_styles(self) -> list[bool]:
        name = "xl/styles.xml"
        if name not in self._archive.namelist():
            return []
        styles = Styles()
        for _chunk in self._parsed(name, styles):
            pass
        return date_styles(styles.formats, styles.custom)

    def _texts(self) -> list[str]:
        name = "xl/sharedStrings.xml"
        if name not in self._archive.namelist():
            return []
        texts = SharedTexts()
        for _chunk in self._parsed(name, texts):
            pass
        return texts.found


def _refuse(*args: Any) -> None:
    """Refuse a document that declares its type or an entity."""
    raise no_workbook()


class _Sheet(Texts):
    """Collects the rows of a sheet."""

    def __init__(
        self, texts: list[str], date_styles: list[bool], *, is_1904: bool
    ) -> None:
        super().__init__()
        self._shared = texts
        self._date_styles, self._is_1904 = date_styles, is_1904
        self._rows: list[Row] = []
        self._cells: list[Any] = []
        self._line = 0
        self._kind, self._column, self._style = "n", 0, 0
        self._value: list[str] = []
        self._is_value = False

    def taken(self) -> list[Row]:
        """Return the rows since the last call."""
        found, self._rows = self._rows, []
        return found

    def start(self, name: str, attributes: dict[str, str]) -> None:
        super().start(name, attributes)
        self._is_value = name == f"{SHEETS} v"
        if name == f"{SHEETS} row":
            self._line = int(attributes.get("r", self._line + 1))
            self._cells = []
        elif name == f"{SHEETS} c":
            self._kind = attributes.get("t", "n")
            self._style = int(attributes.get("s", 0))
            self._column = _column(attributes.get("r"), len(self._cells))
            self._value = []

    def text(self, data: str) -> None:
        super().text(data)
        if self._is_value:
            self._value.append(data)

    def end(self, name: str) -> None:
        super().end(name)
        self._is_value = False
        if name == f"{SHEETS} c":
            self._cells += [""] * (self._column - len(self._cells))
            self._cells.append(self._cell())
        elif name == f"{SHEETS} row":
            self._rows.append((self._line, self._cells))

    def _cell(self) -> Any:
        value, inline = "".join(self._value), self.take()
        if self._kind == "inlineStr":
            return inline
        if self._kind == "str":
            return value
        if not value:
            return ""
        if self._kind == "s":
            return self._shared[_index(value, len(self._shared))]
        read = CELLS.get(self._kind, _Sheet._number)
        return read(self, value.strip())

    def _error(self, value: str) -> Any:
        sentence = _("The cell has an error: %(name)s.")
        return BadCell(sentence % {"name": value[:20]})

    def _boolean(self, value: str) -> Any:
        return value == "1" if value in ("0", "1") else self._error(value)

    def _iso_date(self, value: str) -> Any:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return self._error(value)
        return moment.date() if moment.time() == time() else moment

    def _number(self, value: str) -> Any:
        number = float(value)
        if not isfinite(number):
            return self._error(value)
        styles, style = self._date_styles, self._style
        if 0 <= style < len(styles) and styles[style]:
            try:
                return from_serial(number, is_1904=self._is_1904)
            except (ValueError, OverflowError):
                return BadCell(_("This is no date."))
        if INTEGER.fullmatch(value):
            return int(value)  # a float would lose the last of more than 15 digits
        is_exact = number.is_integer() and abs(number) <= MAX_WHOLE_NUMBER
        return int(number) if is_exact else number


CELLS: dict[str, Callable[[_Sheet, str], Any]] = {
    "e": _Sheet._error,  # of a formula
    "b": _Sheet._boolean,
    "d": _Sheet._iso_date,
}


def _index(text: str, count: int) -> int:
    index = int(text)
    if not 0 <= index < count:
        raise no_workbook()
    return index


def _column(reference: str | None, following: int) -> int:
    """Return the number of the column from 0: of `C7` it is 2."""
    if reference is None:
        return _allowed(following + 1, following)
    match = REFERENCE.fullmatch(reference)
    if match is None:
        raise no_workbook()
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - 64
    return _allowed(number, following)


def _allowed(number: int, following: int) -> int:
    if not following < number <= MAX_COLUMNS:
        sentence = _("The file has more than %(most)s columns.")
        raise ValidationFailed(sentence % {"most": MAX_COLUMNS})
    return number - 1
