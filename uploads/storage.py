"""Access to the file storage: its failures become 503, and its files responses."""

import logging
import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _

from core.db.batches import id_batches
from core.exceptions import NotFound, ServiceUnavailable

logger = logging.getLogger("marketplace.errors")
STORAGE_ERRORS = (OSError, Boto3Error, BotoCoreError, ClientError)


@contextmanager
def storage_errors(*, writes: bool = False) -> Iterator[None]:
    """Log a failure of the storage, and turn it into `ServiceUnavailable` (503).

    `FileNotFoundError` passes through unless the block `writes`.
    """
    try:
        yield
    except STORAGE_ERRORS as error:
        if isinstance(error, FileNotFoundError) and not writes:
            raise
        # With the path and the number of the error: the answer names neither.
        logger.error("the storage of pictures fails: %s", error, exc_info=error)
        raise ServiceUnavailable(
            _("Pictures are not available now. Please try again."),
            code="storage_unavailable",
        ) from error


def serve(name: str, *, cache_control: str) -> FileResponse:
    """Return a response with the image `name`, which pages of any origin may embed.

    Raises `NotFound` (404) and `ServiceUnavailable` (503).
    """
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    try:
        with storage_errors():
            response = FileResponse(
                default_storage.open(name), content_type=content_type
            )
    except FileNotFoundError as error:
        raise NotFound(_("There is no such picture.")) from error
    response["Cache-Control"] = cache_control
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def delete_with_file(row: Any) -> None:
    """Delete a row that has `delete_file()`. Raises `ServiceUnavailable` (503)."""
    # The file first: if the process is killed in between, the row still names it.
    with storage_errors():
        row.delete_file()
    row.delete()


def delete_all_with_files(rows: QuerySet[Any]) -> int:
    """Delete rows as `delete_with_file` does; return how many."""
    count = 0
    for batch in id_batches(rows):
        for row in rows.model._base_manager.filter(pk__in=batch):
            delete_with_file(row)
            count += 1
    return count
