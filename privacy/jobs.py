"""Background jobs of exports and erasures, and their periodic maintenance."""

import secrets
import tempfile
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from accounts.models import User
from jobs.maintenance import maintenance
from jobs.registry import every, job
from jobs.services import enqueue
from privacy import archive, erasure, services
from privacy.models import Export
from privacy.querysets import MAX_WAIT
from uploads.storage import delete_all_with_files, storage_errors


# Not atomic: it is long, and writes to the storage. The temporary file is on the disk.
@job(max_attempts=5, timeout_s=1800, atomic=False)
def write_export(export_id: int) -> None:
    """Write the archive of an export, store it, and notify the person. Idempotent."""
    waiting = Export.objects.filter(pk=export_id, status=Export.Status.WAITING)
    export = waiting.select_related("user").first()
    if export is None or not export.user.is_active:
        return
    export.file = export.file or f"exports/{secrets.token_hex(16)}.zip"
    # Named before it is written: if the process is killed, the next run replaces it.
    waiting.update(file=export.file)
    with tempfile.TemporaryFile() as file:
        with override(export.user.language):
            archive.write(export.user, file)
        export.size = file.tell()
        file.seek(0)
        with storage_errors(writes=True):
            default_storage.delete(export.file)
            default_storage.save(export.file, File(file))
    _mark_ready(export)


@transaction.atomic
def _mark_ready(export: Export) -> None:
    now = timezone.now()
    # Compare-and-set: of two workers one notifies the person.
    waiting = Export.objects.filter(pk=export.pk, status=Export.Status.WAITING)
    is_first = waiting.update(
        status=Export.Status.READY,
        size=export.size,
        ready_at=now,
        expires_at=now + timedelta(days=settings.EXPORT_DAYS),
    )
    if is_first:
        services.notify(export)


@every(minutes=15)
@job()
def erase_due() -> None:
    """Queue the erasure of each account whose grace period is over."""
    now = timezone.now()
    for person_id in User.objects.to_erase(at=now).values_list("pk", flat=True):
        # One job each: a failure does not keep the others. The hour is in the key, so
        # that one that has failed for good is tried again.
        key = f"erase:{person_id}:{now:%Y-%m-%dT%H}"
        enqueue(erase_account, key=key, person_id=person_id)


# Not atomic: it is long, and each batch commits its own transaction.
@job(max_attempts=3, timeout_s=1800, atomic=False)
def erase_account(person_id: int) -> None:
    """Erase one account, if it is due. Idempotent."""
    if person := User.objects.filter(pk=person_id).first():
        erasure.erase(person, at=timezone.now())


@maintenance("delete expired exports")
def delete_expired_exports(at: datetime, *, dry_run: bool) -> int:
    """Delete exports past EXPORT_DAYS with their files; return how many."""
    late = Export.objects.filter(status="waiting", created_at__lte=at - MAX_WAIT)
    expired = Export.objects.expired(at=at)
    if dry_run:
        return expired.count()
    late.update(status=Export.Status.FAILED)
    return delete_all_with_files(expired)
