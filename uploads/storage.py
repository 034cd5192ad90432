"""What the rest may know of the file storage: it serves files, and can be away."""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.storage import default_storage
from django.http import FileResponse
from django.utils.translation import gettext as _

from core.exceptions import NotFound, ServiceUnavailable

AWAY = (OSError, Boto3Error, BotoCoreError, ClientError)


@contextmanager
def reached() -> Iterator[None]:
    """Raise `ServiceUnavailable` when the storage fails; not for a missing file."""
    try:
        yield
    except FileNotFoundError:
        raise
    except AWAY as error:
        raise ServiceUnavailable(
            _("Pictures are not available now. Please try again."),
            code="storage_unavailable",
        ) from error


def served(name: str, *, cache_control: str) -> FileResponse:
    """The bytes of a picture, with a fixed type, for pages on any origin."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    try:
        with reached():
            response = FileResponse(default_storage.open(name), content_type=kind)
    except FileNotFoundError as error:
        raise NotFound(_("There is no such picture.")) from error
    response["Cache-Control"] = cache_control
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
