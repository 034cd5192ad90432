"""What the rest may know of the file storage: that it can be away."""

from collections.abc import Iterator
from contextlib import contextmanager

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.utils.translation import gettext as _

from marketplace.core.errors import Unavailable

AWAY = (OSError, Boto3Error, BotoCoreError, ClientError)


@contextmanager
def reached() -> Iterator[None]:
    """Raise `Unavailable` (503) when the storage fails; a missing file is no fault."""
    try:
        yield
    except FileNotFoundError:
        raise
    except AWAY as error:
        raise Unavailable(
            _("Pictures are not available now. Please try again."),
            code="storage_unavailable",
        ) from error
