"""Addresses of private pictures: signed, and good for a few minutes."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core import signing
from django.utils.translation import gettext as _

from core.exceptions import NotFound
from messaging.models import Attachment
from uploads.models import Upload

PREFIX = "/api/messages/attachments/"
SALT = "marketplace.attachment"
SECONDS = 300


@dataclass(frozen=True)
class Link:
    """What an address stands for. Staff also see what was deleted."""

    upload_id: int
    is_small: bool
    is_for_staff: bool


def path_of(upload: Upload, *, small: bool = False, for_staff: bool = False) -> str:
    """The site path of a picture or its thumbnail, for `SECONDS` from now."""
    signature = signing.dumps([upload.pk, small, for_staff], salt=SALT)
    return f"{PREFIX}{upload.pk}?{urlencode({'signature': signature})}"


def file_of(upload_id: int, signature: str) -> str:
    """The name of the file in the storage.

    Raises `NotFound` for a signature that is forged, late or of another picture, and
    for what was deleted meanwhile.
    """
    try:
        link = Link(*signing.loads(signature, salt=SALT, max_age=SECONDS))
    except signing.BadSignature as error:
        raise NotFound(_("There is no such picture.")) from error
    upload = Upload.objects.filter(pk=upload_id, is_private=True).first()
    if upload is None or link.upload_id != upload_id or not _is_shown(upload, link):
        raise NotFound(_("There is no such picture."))
    return upload.thumbnail_file if link.is_small else upload.file


def _is_shown(upload: Upload, link: Link) -> bool:
    deleted = Attachment.objects.filter(
        upload=upload, message__deleted_at__isnull=False
    )
    return link.is_for_staff or not deleted.exists()
