"""Pictures that are attached and deleted at once, on PostgreSQL with real threads."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from core.exceptions import DomainError
from uploads import services
from uploads.models import Upload

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]
WAITS_FOR_US = (
    "SELECT EXISTS (SELECT FROM pg_locks"
    " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
)


def sweep(upload: Upload) -> int:
    at = timezone.now() + timedelta(hours=settings.ORPHAN_UPLOAD_HOURS + 1)
    try:
        return services.delete_orphans(at=at)
    finally:
        connection.close()


def delete(upload: Upload) -> int:
    try:
        services.delete(upload)
    except DomainError:
        return 0
    finally:
        connection.close()
    return 1


def wait_until_blocked(other: Future) -> None:
    """Return when `other` waits for this transaction, or has ended without waiting."""
    with connection.cursor() as cursor:
        while not other.done():
            if cursor.execute(WAITS_FOR_US).fetchone()[0]:
                return
            time.sleep(0.02)


@pytest.mark.parametrize("remove", [sweep, delete])
def test_a_picture_that_is_being_attached_is_not_deleted(alice, remove):
    """R8: a deletion that began before the commit of the item waits and finds it."""
    upload = Upload.objects.create(
        owner=alice, key=f"{'a' * 32}.png", size=1, width=1, height=1
    )
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            services.replace_images(owner=alice, before=[], after=[upload.url])
            removed = pool.submit(remove, upload)
            wait_until_blocked(removed)
        assert removed.result() == 0
    assert Upload.objects.get().uses == 1
