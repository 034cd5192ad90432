"""Compare the stored files with the rows that name them, as after a restore."""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.storage import default_storage

from uploads.models import PRIVATE_FOLDER, Upload
from uploads.storage import storage_errors

NAME = re.compile(r"[0-9a-f]{32}(_t)?\.[a-z]+")  # of ours: a bucket may hold others
SETTLED = timedelta(hours=1)  # by then an upload that is being stored has its row


def faults(upload: Upload) -> list[str]:
    """Return what is wrong with the files of `upload`: `missing: …`, `damaged: …`.

    Raises `ServiceUnavailable` (503) when the storage fails.
    """
    found = []
    for name, digest in ((upload.file, upload.digest), (upload.thumbnail_file, "")):
        try:
            with storage_errors(), default_storage.open(name) as file:
                content = file.read()
        except FileNotFoundError:
            found.append(f"missing: {name}")
            continue
        is_right = hashlib.sha256(content).hexdigest() == digest if digest else content
        if not is_right:
            found.append(f"damaged: {name}")
    return found


def unnamed(*, at: datetime) -> Iterator[str]:
    """Yield the names of the files that no row names, but for those stored lately.

    `at` is now. Raises as `faults`.
    """
    with storage_errors():
        # The files first: a row that is added meanwhile names a file that is not here.
        files = list(_files())
        named = {
            name
            for upload in Upload.objects.only("key", "is_private").iterator()
            for name in (upload.file, upload.thumbnail_file)
        }
        for name in files:
            if name not in named and _is_settled(name, at):
                yield name


def _files() -> Iterator[str]:
    for folder in ("", PRIVATE_FOLDER):
        try:
            _folders, names = default_storage.listdir(folder)
        except FileNotFoundError:  # nothing was stored there yet
            continue
        yield from (f"{folder}{name}" for name in names if NAME.fullmatch(name))


def _is_settled(name: str, at: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < at - SETTLED
    except FileNotFoundError:  # deleted since it was listed
        return False
