"""Take in pictures, let items show them, and sweep what nothing shows."""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from core.db.locks import locked
from core.exceptions import (
    DomainError,
    NotFound,
    ServiceUnavailable,
    TooLarge,
    ValidationFailed,
)
from uploads import storage
from uploads.images import clean
from uploads.models import URL_PREFIX, Upload

MOST_IMAGES = 20  # on one item


def take_in(file, *, owner, is_private: bool = False) -> Upload:
    """Store an uploaded picture, cleaned, under a name of our own making.

    What is private no public address leads to.

    Raises `ValidationFailed` for what is no picture and `TooLarge` over the limit of
    bytes.
    """
    if file.size > settings.UPLOAD_MAX_BYTES:
        most = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
        raise TooLarge(_("The picture is larger than %(most)s MB.") % {"most": most})
    picture = clean(file.read())
    upload = Upload(
        owner=owner,
        is_private=is_private,
        key=f"{secrets.token_hex(16)}.{picture.ending}",
        content_type=picture.content_type,
        size=len(picture.content),
        width=picture.width,
        height=picture.height,
        digest=hashlib.sha256(picture.content).hexdigest(),
    )
    with _all_or_nothing(upload):
        default_storage.save(upload.file, ContentFile(picture.content))
        default_storage.save(upload.thumbnail_file, ContentFile(picture.thumbnail))
        upload.save()  # last: a row never points at nothing
    return upload


@contextmanager
def _all_or_nothing(upload: Upload) -> Iterator[None]:
    """Leave no file behind when something in the block fails."""
    try:
        with storage.reached():
            yield
    except BaseException:
        with suppress(ServiceUnavailable), storage.reached():
            upload.delete_files()
        raise


def delete(upload: Upload) -> None:
    """Delete a picture that nothing shows; raises 409 while something does."""
    if not _deleted(upload, Upload.objects.filter(uses=0)):
        raise DomainError(
            _("The picture is in use. Take it out of the item first."),
            code="upload_in_use",
        )


def _deleted(upload: Upload, rows: QuerySet) -> bool:
    """Delete an upload with its files if it is among `rows`; tell whether it was.

    The row comes back when the storage is away, so that it can be deleted again.
    """
    gone, _rows = rows.filter(pk=upload.pk).delete()
    if not gone:
        return False
    try:
        with storage.reached():
            upload.delete_files()
    except ServiceUnavailable:
        upload.save(force_insert=True)
        raise
    return True


def our_path(url: str) -> str:
    """An upload's URL, absolute or not, as the site path that rows keep."""
    try:
        path = urlsplit(url).path
    except ValueError:  # no URL at all, so none of ours
        return url
    return path if path.startswith(URL_PREFIX) else url


@transaction.atomic
def exchange(*, owner, before: Iterable[str], after: Iterable[str]) -> list[str]:
    """Count one item's pictures in and out; return the site paths it now shows.

    New pictures must be uploads of `owner`, else 404. Those it had before may stay.
    """
    old = set(before)
    new = list(dict.fromkeys(our_path(url.strip()) for url in after if url.strip()))
    if len(new) > MOST_IMAGES:
        raise ValidationFailed(_("At most %(most)s pictures.") % {"most": MOST_IMAGES})
    _lock(old.symmetric_difference(new))
    added = {url for url in new if url not in old}
    own = Upload.objects.filter(owner=owner, is_private=False)
    found = own.filter(key__in=_keys(added))
    if found.update(uses=F("uses") + 1) != len(added):
        raise NotFound(_("There is no such picture among your uploads."))
    dropped = Upload.objects.filter(key__in=_keys(old - set(new)), uses__gt=0)
    dropped.update(uses=F("uses") - 1)
    return new


def attach(ids: list[int], *, owner) -> None:
    """Count private pictures of `owner` in, for good: each is attached once, else 404.

    To be called in the transaction that writes down where.
    """
    unused = Upload.objects.filter(owner=owner, is_private=True, uses=0, pk__in=ids)
    if len(locked(unused.order_by("pk")).only("pk")) != len(ids):
        raise NotFound(_("There is no such picture among your uploads."))
    unused.update(uses=1)


def _lock(urls: Iterable[str]) -> None:
    """Lock pictures, always in one order: two items may exchange theirs at once."""
    list(locked(Upload.objects.filter(key__in=_keys(urls)).order_by("pk")).only("pk"))


def show(item, images: list[str], *, owner) -> None:
    """Set the pictures of an item (unsaved) to uploads of its owner."""
    before = item.images.split(",") if item.images else []
    item.images = ",".join(exchange(owner=owner, before=before, after=images))


def exchange_ours(*, owner, before: Iterable[str], after: Iterable[str]) -> None:
    """The same for pictures that may also lie elsewhere on the web."""
    exchange(owner=owner, before=_ours(before), after=_ours(after))


def _ours(urls: Iterable[str]) -> list[str]:
    return [url for url in urls if url.startswith(URL_PREFIX)]


def _keys(urls: Iterable[str]) -> list[str]:
    return [url.removeprefix(URL_PREFIX) for url in urls]


def orphans(*, at: datetime) -> QuerySet:
    """Uploads that nothing shows and that had their time to be attached."""
    limit = at - timedelta(hours=settings.ORPHAN_UPLOAD_HOURS)
    return Upload.objects.filter(uses=0, created_at__lt=limit)


def sweep(*, at: datetime, progress: Callable[[Iterable], Iterable] = iter) -> int:
    """Delete orphans with their files; return how many. Safe to run twice at once."""
    swept = 0
    for upload in progress(list(orphans(at=at))):
        swept += _deleted(upload, orphans(at=at))
    return swept
