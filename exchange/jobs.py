"""Background jobs of exports and imports, and their periodic maintenance."""

from datetime import datetime

from django.utils.translation import override

from exchange import exports, imports
from exchange.models import TableExport, TableImport
from exchange.querysets import MAX_WAIT
from jobs.maintenance import maintenance
from jobs.models import Job
from jobs.registry import every, job
from uploads.storage import delete_all_with_files


# Not atomic: it is long, and writes to the storage. The temporary file is on the disk.
@job(max_attempts=5, timeout_s=1800, atomic=False)
def write_table(export_id: int) -> None:
    """Write and store the file of an export. Idempotent."""
    waiting = TableExport.objects.filter(pk=export_id, status="waiting")
    export = waiting.select_related("owner").first()
    if export is not None:
        with override(export.owner.language):
            exports.write(export)


@job(max_attempts=3, timeout_s=900)
def check_import(import_id: int) -> None:
    """Find the errors of a file. What is posted on the way is rolled back."""
    waiting = TableImport.objects.filter(pk=import_id, status="waiting")
    table_import = waiting.select_related("owner").first()
    if table_import is not None:
        with override(table_import.owner.language):
            imports.check(table_import)


# Atomic: the items, and that the job is done, are committed together.
@job(max_attempts=3, timeout_s=900)
def run_import(import_id: int) -> None:
    """Post the items of a checked file, in one transaction."""
    running = TableImport.objects.filter(pk=import_id, status="running")
    table_import = running.select_related("owner").first()
    if table_import is not None:
        with override(table_import.owner.language):
            imports.run(table_import)


# Every job that dies: one that was killed with its worker can record nothing itself.
@every(minutes=5)
@job(max_attempts=3)
def record_failures() -> None:
    """Record of exports and imports that their job is dead, so that staff read it."""
    exported = TableExport.objects.filter(pk__in=_dead("write_table", "export_id"))
    exported.filter(status="waiting").update(status="failed")
    for name, status in (("check_import", "waiting"), ("run_import", "running")):
        ids = _dead(name, "import_id")
        imported = TableImport.objects.filter(pk__in=ids, status=status)
        for table_import in imported.select_related("owner"):
            with override(table_import.owner.language):
                imports.fail(table_import)


def _dead(name: str, argument: str) -> list[int]:
    dead = Job.objects.filter(status=Job.Status.DEAD, name=f"exchange.{name}")
    return [kwargs[argument] for kwargs in dead.values_list("kwargs", flat=True)]


@maintenance("delete expired tables")
def delete_expired_tables(at: datetime, *, dry_run: bool) -> int:
    """Delete exports and imports past EXPORT_DAYS with their files; return how many."""
    late = TableExport.objects.filter(status="waiting", created_at__lte=at - MAX_WAIT)
    if not dry_run:
        late.update(status="failed")
    count = 0
    for model in (TableExport, TableImport):
        expired = model.objects.expired(at=at)
        count += expired.count() if dry_run else delete_all_with_files(expired)
    return count
