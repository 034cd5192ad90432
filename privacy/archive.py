"""Write the zip archive of a person's data, row by row.

Neither the rows nor the archive are ever in memory as a whole.
"""

import json
from collections.abc import Iterator
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, ForeignKey, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.db.batches import id_batches
from core.privacy import BORING, TABLES, Table
from privacy.page import Page
from uploads.models import Upload

CHUNK_BYTES = 64 * 1024
NAMES = ("username", "first_name", "last_name", "is_active", "erasure_due_at")


def write(person: User, target: IO[bytes]) -> None:
    """Write the archive of `person` to an open binary file.

    A JSON file for each kind of rows, the pictures of the person, and a page to read in
    the active language.
    """
    counts: dict[str, int] = {}
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for table in exported_tables():
            with archive.open(f"{kind_of(table)}.json", "w", force_zip64=True) as file:
                counts[kind_of(table)] = _write_rows(table, person, file)
        counts["files"] = _write_files(person, archive)
        with archive.open("index.html", "w", force_zip64=True) as file:
            _write_page(person, file, counts)


def exported_tables() -> list[Table]:
    """Return the tables with something to export, by their names."""
    found = [t for t in TABLES.values() if t.is_personal and (t.exports or t.parties)]
    return sorted(found, key=kind_of)


def kind_of(table: Table) -> str:
    """Return the name of the file of a table, such as `alerts.savedsearch`."""
    return table.model._meta.label_lower


def rows_of(table: Table, person: User) -> Iterator[dict[str, Any]]:
    """Yield what `person` may know of each row, as the owner or as a party."""
    seen: list[QuerySet[Any]] = []
    for rows in table.rows(person):
        yield from _values(table, rows, person, table.exports, seen)
        seen.append(rows)
    for rows in table.rows_as_party(person):
        public = table.exports - table.private
        yield from _values(table, rows, person, public, seen)
        seen.append(rows)


def _values(
    table: Table,
    rows: QuerySet[Any],
    person: User,
    names: frozenset[str],
    seen: list[QuerySet[Any]],
) -> Iterator[dict[str, Any]]:
    for earlier in seen:  # a row that is found by two paths is written once
        rows = rows.exclude(pk__in=earlier.order_by().values("pk"))
    columns = [
        c for c in table.model._meta.concrete_fields if _is_shown(c, names, table)
    ]
    people = [c.name for c in columns if c.related_model is User]
    wanted = [c.attname for c in columns]
    wanted += [f"{name}__{part}" for name in people for part in NAMES]
    for batch in id_batches(rows):
        found = table.model._base_manager.filter(pk__in=batch).order_by("pk")
        values = list(found.values(*wanted))
        if table.redact:
            table.redact(values)
        for row in values:
            yield {c.name: _shown(c, row, person) for c in columns}


def _is_shown(column: Field, names: frozenset[str], table: Table) -> bool:
    always = column.primary_key or column.name in BORING | table.references
    return column.name in names or (always and column.name not in table.internal)


def _shown(column: Field, row: dict[str, Any], person: User) -> Any:
    """Return the value of a column; of another person the id and the public name."""
    value = row[column.attname]
    if not isinstance(column, ForeignKey) or column.related_model is not User:
        return value
    if value is None or value == person.pk:
        return value if value is None else {"id": value, "name": _("you")}
    parts = {name: row[f"{column.name}__{name}"] for name in NAMES}
    return {"id": value, "name": User(**parts).public_name}


def _write_rows(table: Table, person: User, file: IO[bytes]) -> int:
    count = 0
    file.write(b"[")
    for count, row in enumerate(rows_of(table, person), 1):
        file.write(b"\n" if count == 1 else b",\n")
        text = json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
        file.write(text.encode())
    file.write(b"\n]\n")
    return count


def _write_files(person: User, archive: ZipFile) -> int:
    """Copy the pictures of the person; return how many were there."""
    count = 0
    for batch in id_batches(Upload.objects.filter(owner=person)):
        for upload in Upload.objects.filter(pk__in=batch):
            try:
                source = default_storage.open(upload.file)
            except FileNotFoundError:
                continue
            info = ZipInfo(f"files/{upload.key}")
            info.compress_type = ZIP_STORED  # pictures are compressed already
            with source, archive.open(info, "w", force_zip64=True) as target:
                while chunk := source.read(CHUNK_BYTES):
                    target.write(chunk)
            count += 1
    return count


def _write_page(person: User, file: IO[bytes], counts: dict[str, int]) -> None:
    page = Page(file)
    page.begin(person, counts)
    for table in exported_tables():
        if count := counts[kind_of(table)]:
            page.table(table, kind_of(table), count, rows_of(table, person))
    page.end()
