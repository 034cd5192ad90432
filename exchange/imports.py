"""Take a file of items, check it, and post what it says, all of it or nothing."""

import hashlib
import io
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import IO, Any, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.models import User
from audit import services as audit
from catalog.item_types import ITEM_TYPES
from core.exceptions import DomainError, NotAllowed, ValidationFailed, WrongStatus
from core.spreadsheets import reading
from exchange import lines
from exchange.lines import Line
from exchange.models import Format, ImportedRow, TableImport
from items import services as items
from items.models import Item
from jobs.services import enqueue
from tasks import services as tasks
from uploads.storage import storage_errors

MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_ERRORS = 200  # of the report; all are counted
IDS_AT_ONCE = 500
ADD = "exchange.add_tableimport"
Status = TableImport.Status
# As the API posts them; any other type by `items.services.post`.
POSTS: dict[str, Callable[..., Item]] = {"tasks": tasks.post}


@dataclass
class Result:
    """What came of a file."""

    rows: int = 0
    created: int = 0
    skipped: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)


def upload(
    owner: User, *, kind: str, file: IO[bytes], name: str, reason: str
) -> TableImport:
    """Store a file and queue its check; return the import.

    Raises `NotAllowed` (403) for who may not import, `ValidationFailed` (400) for a
    file that is too large or has another ending than .csv and .xlsx.
    """
    if not owner.has_perm(ADD):
        raise NotAllowed(_("You do not have permission to do this."))
    file_format = name.rsplit(".", 1)[-1].lower()
    if file_format not in Format.values:
        raise ValidationFailed(_("Choose a file that ends with .csv or .xlsx."))
    content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        sentence = _("The file is larger than %(most)s MB.")
        raise ValidationFailed(sentence % {"most": MAX_FILE_BYTES // 1024**2})
    path = f"imports/{secrets.token_hex(16)}.{file_format}"
    file.seek(0)
    with storage_errors(writes=True):
        default_storage.save(path, File(file))
    with transaction.atomic():
        row = TableImport.objects.create(
            owner=owner,
            kind=kind,
            name=name[-200:],
            format=file_format,
            file=path,
            reason=reason,
        )
        enqueue("exchange.check_import", import_id=row.pk)
        digest = hashlib.sha256(content).hexdigest()
        after = f"{kind}, SHA-256 {digest}"
        audit.record(row, actor=owner, action="upload", reason=reason, after=after)
    return row


def is_checked(table_import: TableImport, actor: User) -> bool:
    """Return whether the import can be carried out."""
    return table_import.status == Status.CHECKED


@transaction.atomic
def start(table_import: TableImport, *, actor: User, reason: str) -> TableImport:
    """Queue what a checked file says to be posted; return the import.

    Raises `NotAllowed` (403), and `WrongStatus` (409) for one that is not checked.
    """
    if not actor.has_perm(ADD):
        raise NotAllowed(_("You do not have permission to do this."))
    checked = TableImport.objects.filter(pk=table_import.pk, status=Status.CHECKED)
    # Compare-and-set: of two people one starts it.
    if not checked.update(status=Status.RUNNING):
        raise WrongStatus(_("This file is not checked, or already imported."))
    enqueue("exchange.run_import", import_id=table_import.pk)
    audit.record(table_import, actor=actor, action="import", reason=reason)
    return table_import


def check(table_import: TableImport) -> None:
    """Post everything and take it back; record the errors that were found."""
    result = carry_out(table_import, is_rehearsal=True)
    status = Status.INVALID if result.errors else Status.CHECKED
    _record(table_import, Status.WAITING, status, result)


def run(table_import: TableImport) -> None:
    """Post everything, or nothing if there is an error; record what came of it."""
    result = carry_out(table_import, is_rehearsal=False)
    status = Status.INVALID if result.errors else Status.DONE
    _record(table_import, Status.RUNNING, status, result)


def fail(table_import: TableImport) -> None:
    """Record that the job of an import has failed for good; nothing is posted."""
    sentence = _("The file could not be processed. Check it and upload it again.")
    result = Result(rows=table_import.rows, errors=[lines.error(0, "", sentence)])
    _record(table_import, table_import.status, Status.INVALID, result)


def carry_out(table_import: TableImport, *, is_rehearsal: bool) -> Result:
    """Post the items of a file in one transaction; return what came of it.

    It is rolled back for the rehearsal, and if there is an error in any line.
    """
    result = Result()
    try:
        with storage_errors(), default_storage.open(table_import.file) as file:
            # In memory: a fault of the storage is tried again, one of the file is not.
            content = io.BytesIO(file.read())
        found = list(reading.rows(content, table_import.format))
    except (ValidationFailed, FileNotFoundError) as problem:
        result.errors.append(lines.error(0, "", problem))
        return result
    if len(found) < 2:
        result.errors.append(lines.error(0, "", _("The file has no lines.")))
        return result
    (title_line, title_cells), *rows = found
    titles = [str(title).strip() for title in title_cells]
    result.rows = len(rows)
    result.errors += lines.title_errors(table_import.kind, title_line, titles)
    if not result.errors:
        with transaction.atomic():
            _post_all(
                table_import, list(lines.read(table_import, titles, rows)), result
            )
            if is_rehearsal or result.errors:
                transaction.set_rollback(True)
    return result


def _post_all(table_import: TableImport, found: list[Line], result: Result) -> None:
    earlier = _posted_before(table_import.kind, [line.digest for line in found])
    for line in found:
        if line.digest in earlier:
            result.skipped += 1
            continue
        if not line.errors and _post(table_import, line):
            result.created += 1
        result.errors += line.errors


def _posted_before(kind: str, digests: list[str]) -> set[str]:
    known: set[str] = set()
    for start_at in range(0, len(digests), IDS_AT_ONCE):
        some = digests[start_at : start_at + IDS_AT_ONCE]
        rows = ImportedRow.objects.filter(kind=kind, digest__in=some)
        known.update(rows.values_list("digest", flat=True))
    return known


def _post(table_import: TableImport, line: Line) -> bool:
    """Post one item; return whether that was possible."""
    kind = table_import.kind
    try:
        with transaction.atomic():  # what one line has written before its error
            post = POSTS.get(kind) or partial(items.post, ITEM_TYPES[kind].model)
            owner = cast(User, line.owner)
            item = post(owner=owner, fields=line.fields, is_limited=False)
            # Unique: of two files at once with the same row, the second one fails and
            # is tried again.
            ImportedRow.objects.create(
                kind=kind,
                digest=line.digest,
                item_id=item.pk,
                table_import=table_import,
            )
    except DomainError as problem:
        line.refuse("", problem)
        return False
    except ValidationError as problem:
        lines.refuse(line, problem.detail)
        return False
    return True


def _record(
    table_import: TableImport, before: str, status: str, result: Result
) -> None:
    now = timezone.now()
    TableImport.objects.filter(pk=table_import.pk, status=before).update(
        status=status,
        rows=result.rows,
        created_count=0 if result.errors else result.created,
        skipped_count=result.skipped,
        errors=result.errors[:MAX_ERRORS],
        errors_count=len(result.errors),
        done_at=now if status == Status.DONE else None,
        expires_at=now + timedelta(days=settings.EXPORT_DAYS),
    )
