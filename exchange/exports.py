"""Ask for an export of a list, write its file, and hand it out."""

import secrets
import tempfile
from contextlib import suppress
from datetime import date, timedelta
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit import services as audit
from categories.models import CategoryField
from core.admin.base import Admin
from core.admin.queries import MAX_QUERY_CHARS, changelist_of, request_for
from core.db.batches import id_batches
from core.exceptions import NotAllowed, NotFound, ValidationFailed
from core.spreadsheets.writing import Writer, writer
from exchange.columns import columns_for, page_of
from exchange.lines import ATTRIBUTE, attribute_types
from exchange.models import TableExport
from items.models import Item
from jobs.services import enqueue
from uploads.storage import storage_errors

MAX_ROWS = 100_000  # of one file
ADD = "exchange.add_tableexport"
Status = TableExport.Status


def may_export(user: Any, page: Admin, request: HttpRequest) -> bool:
    """Return whether the user may export the list of `page`."""
    is_staff = user.is_active and user.is_staff
    return is_staff and user.has_perm(ADD) and page.has_view_permission(request)


@transaction.atomic
def request_export(
    owner: User, *, model: str, query: str, file_format: str, reason: str
) -> TableExport:
    """Queue an export of the list of `model`, such as `listings.listing`; return it.

    `query` is the query string of the list, with its search and filters. Raises
    `NotAllowed` (403) for a list that the owner may not see or export, and
    `ValidationFailed` (400) for filters that it does not have.
    """
    _rows(owner, model, query)
    export = TableExport.objects.create(
        owner=owner, model=model, query=query, format=file_format, reason=reason
    )
    enqueue("exchange.write_table", export_id=export.pk)
    after = f"{model}?{query}"[:MAX_QUERY_CHARS]
    audit.record(export, actor=owner, action="export", reason=reason, after=after)
    return export


def _require(owner: User, model: str, query: str) -> tuple[Admin, HttpRequest]:
    page = page_of(model)
    request = request_for(owner, query)
    if page is None or not may_export(owner, page, request):
        raise NotAllowed(_("You do not have permission to do this."))
    return page, request


def _require_columns(export: TableExport, actor: User) -> None:
    page, request = _require(actor, export.model, export.query)
    written = set(export.columns)
    # Of a file of before its columns were recorded, nobody knows what is in it.
    if not written or not written <= columns_for(page, request).keys():
        raise NotAllowed(_("You do not have permission to do this."))


def _rows(owner: User, model: str, query: str) -> tuple[QuerySet[Any], dict[str, str]]:
    """Return the rows that the list shows its owner, and the columns.

    The list itself is asked, so that its search, filters and permissions apply.
    """
    page, request = _require(owner, model, query)
    found = changelist_of(page, request).queryset
    return found.select_related(None), columns_for(page, request)


def write(export: TableExport) -> bool:
    """Write and store the file of an export; return whether it could be.

    The permissions of the owner are those of now.
    """
    waiting = TableExport.objects.filter(pk=export.pk, status=Status.WAITING)
    try:
        rows, columns = _rows(export.owner, export.model, export.query)
    except (NotAllowed, ValidationFailed):
        waiting.update(status=Status.FAILED)
        return False
    export.file = export.file or f"exports/{secrets.token_hex(16)}.{export.format}"
    # Named before it is written: if the process is killed, the next run replaces it.
    waiting.update(file=export.file)
    with tempfile.TemporaryFile() as file:
        with writer(file, export.format) as table:
            _write_rows(export, table, rows, columns)
        export.size = file.tell()
        _store(export.file, file)
    now = timezone.now()
    return bool(
        waiting.update(
            status=Status.READY,
            columns=[*columns],
            rows=export.rows,
            is_cut=export.is_cut,
            size=export.size,
            ready_at=now,
            expires_at=now + timedelta(days=settings.EXPORT_DAYS),
        )
    )


def _write_rows(
    export: TableExport, table: Writer, rows: QuerySet[Any], columns: dict[str, str]
) -> None:
    fields = _attributes(rows.model)
    table.write([*columns, *(ATTRIBUTE + name for name in fields)])
    export.rows, export.is_cut = 0, False
    for batch in id_batches(rows):
        if export.rows + len(batch) > MAX_ROWS:
            batch = batch[: MAX_ROWS - export.rows]
            export.is_cut = True
        found = rows.model._base_manager.filter(pk__in=batch).order_by("pk")
        paths = list(columns.values())
        if fields:
            paths.append("attributes")
        for row in found.values_list(*paths):
            table.write(_with_attributes(row, fields) if fields else row)
        export.rows += len(batch)
        if export.is_cut:
            return


def _attributes(model: type[Model]) -> dict[str, str]:
    """Return the fields of the categories of items by name, with their types."""
    if not issubclass(model, Item):
        return {}
    return dict(sorted(attribute_types(model.item_type()).items()))


def _with_attributes(row: tuple[Any, ...], fields: dict[str, str]) -> list[Any]:
    """Return a row whose last value, the values of fields, has a cell for each."""
    *cells, values = row
    return [*cells, *(_cell(values.get(name), kind) for name, kind in fields.items())]


def _cell(value: Any, kind: str) -> Any:
    if kind == CategoryField.Type.DATE and isinstance(value, str):
        with suppress(ValueError):  # of a field that has had another type
            return date.fromisoformat(value)
    return value


def _store(name: str, file: IO[bytes]) -> None:
    file.seek(0)
    with storage_errors(writes=True):
        default_storage.delete(name)
        default_storage.save(name, File(file))


@transaction.atomic
def open_file(export: TableExport, *, actor: User) -> IO[bytes]:
    """Return the open file of an export for its owner; the download is recorded.

    Raises `NotFound` (404) for anybody else, for a file that is not there or has
    expired, and for a list or a column of it that the owner may not see any more.
    """
    is_ready = export.status == Status.READY and export.expires_at is not None
    if export.owner_id != actor.pk or not is_ready:
        raise NotFound(_("There is no such export."))
    if export.expires_at <= timezone.now():  # type: ignore[operator]
        raise NotFound(_("There is no such export."))
    try:
        # Who has lost a permission does not keep what it showed.
        _require_columns(export, actor)
        with storage_errors():
            file = default_storage.open(export.file)
    except (NotAllowed, FileNotFoundError) as error:
        raise NotFound(_("There is no such export.")) from error
    audit.record(export, actor=actor, action="download")
    return file
