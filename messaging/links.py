"""Signed URLs of private pictures, valid for five minutes."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core import signing
from django.utils.translation import gettext as _

from core.exceptions import NotFound
from messaging.models import Attachment
from uploads.models import Upload

PREFIX = "/api/messages/attachments/"
SALT = "marketplace.attachment"
LIFETIME_S = 300


@dataclass(frozen=True)
class SignedLink:
    """The signed content of a URL. Staff also see pictures of deleted messages."""

    upload_id: int
    is_small: bool
    is_for_staff: bool


def signed_path(upload: Upload, *, small: bool = False, for_staff: bool = False) -> str:
    """Return the path of a picture or its thumbnail, valid for `LIFETIME_S`."""
    signature = signing.dumps([upload.pk, small, for_staff], salt=SALT)
    return f"{PREFIX}{upload.pk}?{urlencode({'signature': signature})}"


def file_name(upload_id: int, signature: str) -> str:
    """Return the name of the file in the storage.

    Raises `NotFound` for a signature that is forged, expired or of another picture, and
    for a picture whose message was deleted.
    """
    try:
        link = SignedLink(*signing.loads(signature, salt=SALT, max_age=LIFETIME_S))
    except signing.BadSignature as error:
        raise NotFound(_("There is no such picture.")) from error
    upload = Upload.objects.filter(pk=upload_id, is_private=True).first()
    if upload is None or link.upload_id != upload_id or not _is_visible(upload, link):
        raise NotFound(_("There is no such picture."))
    return upload.thumbnail_file if link.is_small else upload.file


def _is_visible(upload: Upload, link: SignedLink) -> bool:
    deleted = Attachment.objects.filter(
        upload=upload, message__deleted_at__isnull=False
    )
    if link.is_for_staff:
        return True
    return upload.moderation == Upload.Moderation.VISIBLE and not deleted.exists()
