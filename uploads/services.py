"""Store uploaded images, count where they are used, delete unused ones."""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count, F, Min, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from core import limits
from core.db.locks import locked
from core.exceptions import (
    DomainError,
    NotFound,
    ServiceUnavailable,
    Throttled,
    TooLarge,
    ValidationFailed,
)
from market.registry import (
    PICTURES_PER_DAY,
    PICTURES_PER_ITEM,
    UNATTACHED_PICTURES,
)
from uploads import storage
from uploads.images import FORMATS, reencode
from uploads.models import URL_PREFIX, Upload

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User  # AUTH_USER_MODEL, for mypy

DAY = timedelta(days=1)
HOUR_S = 3600
VISIBLE, HIDDEN = Upload.Moderation.VISIBLE, Upload.Moderation.HIDDEN


class TooManyUnattached(Throttled):
    """The person has uploaded many pictures that no item shows (429)."""

    code = "too_many_unattached_pictures"


class TooManyPictures(Throttled):
    """The person has uploaded many pictures today (429)."""

    code = "too_many_pictures"


class HasImages(Protocol):
    """An object with the paths of its images in one text, comma-separated."""

    images: str


def create(file: File, *, owner: "User", is_private: bool = False) -> Upload:
    """Re-encode an uploaded image, store it under a random key and return the upload.

    A private upload has no public URL. Raises `ValidationFailed` (400) for a file that
    is not an image, `TooLarge` (413) over UPLOAD_MAX_BYTES, `TooManyUnattached` and
    `TooManyPictures` (429) over the quotas of `owner` and `ServiceUnavailable` (503)
    when the storage fails.
    """
    if file.size > settings.UPLOAD_MAX_BYTES:
        max_mb = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
        raise TooLarge(_("The picture is larger than %(most)s MB.") % {"most": max_mb})
    _check_quota(owner, at=timezone.now())  # before the work of decoding
    picture = reencode(file.read())
    upload = Upload(
        owner=owner,
        is_private=is_private,
        key=f"{secrets.token_hex(16)}.{picture.extension}",
        content_type=picture.content_type,
        size=len(picture.content),
        width=picture.width,
        height=picture.height,
        digest=hashlib.sha256(picture.content).hexdigest(),
    )
    with _files_removed_on_failure(upload):
        default_storage.save(upload.file, ContentFile(picture.content))
        default_storage.save(upload.thumbnail_file, ContentFile(picture.thumbnail))
        with transaction.atomic():
            # Checked again with the owner locked: uploads at the same time would each
            # find one picture less than the quota.
            locked(type(owner)._base_manager.filter(pk=owner.pk)).only("pk").get()
            _check_quota(owner, at=timezone.now())
            upload.save()  # last, so that no row lacks its files
    return upload


def _check_quota(owner: "User", *, at: datetime) -> None:
    """Raise `TooManyUnattached` if nothing shows many pictures of `owner`.

    Raises `TooManyPictures` if there are many of the last 24 hours. Deleted ones do
    not count.
    """
    if not settings.THROTTLE:
        return
    most = limits.limit_of(owner, "pictures", PICTURES_PER_DAY.get())
    of_today = Upload.objects.filter(owner=owner, created_at__gt=at - DAY)
    if of_today.count() >= most:
        sentence = _("You have uploaded a lot today. Please upload more later.")
        raise TooManyPictures(sentence, retry_after=HOUR_S)
    unused = Upload.objects.filter(owner=owner, uses=0)
    found = unused.aggregate(n=Count("pk"), size=Sum("size"), first=Min("created_at"))
    max_bytes = settings.UNATTACHED_MB * 1024 * 1024
    if found["n"] < UNATTACHED_PICTURES.get() and (found["size"] or 0) < max_bytes:
        return
    limit = timedelta(hours=settings.ORPHAN_UPLOAD_HOURS)
    left = (found["first"] or at) + limit - at  # then the first of them is deleted
    raise TooManyUnattached(
        _("You have many pictures that nothing shows. Attach or delete some first."),
        retry_after=max(1, int(left.total_seconds())),
    )


@contextmanager
def _files_removed_on_failure(upload: Upload) -> Iterator[None]:
    """Delete the files of the upload when the block fails."""
    try:
        with storage.storage_errors(writes=True):
            yield
    except BaseException:
        with suppress(ServiceUnavailable), storage.storage_errors():
            upload.delete_files()
        raise


def delete(upload: Upload) -> None:
    """Delete an unused upload with its files.

    Raises `DomainError` (409) while an item or profile shows it and
    `ServiceUnavailable` (503) when the storage fails.
    """
    if not _delete_with_files(upload, Upload.objects.filter(uses=0)):
        raise DomainError(
            _("The picture is in use. Take it out of the item first."),
            code="upload_in_use",
        )


def _delete_with_files(upload: Upload, rows: QuerySet[Upload]) -> bool:
    """Delete an upload and its files if its row is in `rows`; return whether it was."""
    with transaction.atomic():
        # Locked and then read again: `delete()` of a queryset reads the rows first and
        # deletes them by id, also those that an item has begun to show in between.
        if not (found := locked(rows.filter(pk=upload.pk).order_by("pk")).first()):
            return False
        # The row goes before its files: an item that begins to show the image now
        # waits for the lock and finds nothing, and never a row without files.
        found.delete()
    try:
        with storage.storage_errors():
            upload.delete_files()
    except ServiceUnavailable:
        upload.save(force_insert=True)  # so that the files can be deleted later
        raise
    return True


def erase(upload: Upload) -> None:
    """Delete an upload of an erased person with its files, wherever it was shown.

    Raises `ServiceUnavailable` (503) when the storage fails.
    """
    # The files first: if the process is killed in between, the row still names them and
    # the next run deletes both. Nothing serves them: their owner is gone.
    with storage.storage_errors():
        upload.delete_files()
    upload.delete()


def to_site_path(url: str) -> str:
    """Return the path of an upload as rows store it, from its path or full URL.

    URLs of other sites are returned unchanged.
    """
    try:
        path = urlsplit(url).path
    except ValueError:  # not a URL
        return url
    return path if path.startswith(URL_PREFIX) else url


@transaction.atomic
def replace_images(
    *,
    owner: "User",
    before: Iterable[str],
    after: Iterable[str],
    field: str = "images",
) -> list[str]:
    """Count the images of one item: those added up, those dropped down.

    `before` and `after` are paths or URLs; returns the paths of `after` without
    duplicates. Added images must be public uploads of `owner`, else `NotFound` (404);
    images that were there before may stay. Raises `ValidationFailed` (400) over
    the pictures of one item. Both errors name the `field` of the input.
    """
    old = set(before)
    new = list(dict.fromkeys(to_site_path(url.strip()) for url in after if url.strip()))
    most = PICTURES_PER_ITEM.get()
    # What was allowed once stays, and can be shown with fewer.
    if len(new) > most and len(new) > len(old):
        sentence = _("At most %(most)s pictures.") % {"most": most}
        raise ValidationFailed(sentence, field=field)
    _lock(old.symmetric_difference(new))
    added = {url for url in new if url not in old}
    own = Upload.objects.filter(owner=owner, is_private=False, moderation=VISIBLE)
    found = own.filter(key__in=_keys(added))
    if found.update(uses=F("uses") + 1) != len(added):
        sentence = _("There is no such picture among your uploads.")
        raise NotFound(sentence, field=field)
    dropped = Upload.objects.filter(key__in=_keys(old - set(new)), uses__gt=0)
    dropped.update(uses=F("uses") - 1)
    return new


def attach(ids: list[int], *, owner: "User", field: str = "attachment_ids") -> None:
    """Mark private uploads of `owner` as used, once and for good.

    Call it in the transaction that stores the ids. Raises `NotFound` (404), which names
    the `field` of the input, if one is missing, belongs to another user or is attached
    already.
    """
    unused = Upload.objects.filter(owner=owner, is_private=True, uses=0, pk__in=ids)
    # Locked before they are counted: without it two messages could attach the same one.
    if len(locked(unused.order_by("pk")).only("pk")) != len(ids):
        sentence = _("There is no such picture among your uploads.")
        raise NotFound(sentence, field=field)
    unused.update(uses=1)


def _lock(urls: Iterable[str]) -> None:
    """Lock the uploads of `urls` in the order of their ids.

    In the order of the updates, two items that swap images at once would deadlock.
    """
    list(locked(Upload.objects.filter(key__in=_keys(urls)).order_by("pk")).only("pk"))


def set_images(item: HasImages, images: list[str], *, owner: "User") -> None:
    """Set `item.images` to uploads of its owner, and count them.

    Does not save the item. Raises as `replace_images` does.
    """
    before = item.images.split(",") if item.images else []
    if not before and not images:
        return  # no savepoint for nothing
    item.images = ",".join(replace_images(owner=owner, before=before, after=images))


def replace_uploads(
    *, owner: "User", before: Iterable[str], after: Iterable[str]
) -> None:
    """Call `replace_images` with the URLs that are uploads; skip the others."""
    old, new = _uploads_among(before), _uploads_among(after)
    replace_images(owner=owner, before=old, after=new, field="")  # of either picture


def hide(images: str) -> None:
    """End the pictures of an item that staff have hidden; call it with the row locked.

    `images` are comma-separated paths.
    """
    _among(images).filter(moderation=VISIBLE).update(moderation=HIDDEN)


def unhide(images: str) -> None:
    """Serve the pictures of an item again, but for those that staff removed alone."""
    _among(images).filter(moderation=HIDDEN).update(moderation=VISIBLE)


def _among(images: str) -> QuerySet[Upload]:
    return Upload.objects.filter(key__in=_keys(_uploads_among(images.split(","))))


def require_served(key: str) -> None:
    """Raise `NotFound` (404) unless a picture or thumbnail is public and not ended.

    It ends when staff remove it, hide its item or suspend its owner.
    """
    stem = key.split(".")[0].removesuffix("_t")
    keys = [f"{stem}.{extension}" for extension, *_more in FORMATS.values()]
    rows = Upload.objects.filter(key__in=keys, is_private=False, moderation=VISIBLE)
    if not rows.filter(owner__is_active=True).exists():
        raise NotFound(_("There is no such picture."))


def _uploads_among(urls: Iterable[str]) -> list[str]:
    return [url for url in urls if url.startswith(URL_PREFIX)]


def _keys(urls: Iterable[str]) -> list[str]:
    return [url.removeprefix(URL_PREFIX) for url in urls]


def orphans(*, at: datetime) -> QuerySet[Upload]:
    """Return the unused uploads that are older than ORPHAN_UPLOAD_HOURS at `at`."""
    limit = at - timedelta(hours=settings.ORPHAN_UPLOAD_HOURS)
    return Upload.objects.filter(uses=0, created_at__lt=limit)


def delete_orphans(
    *, at: datetime, progress: Callable[[list[Upload]], Iterable[Upload]] = iter
) -> int:
    """Delete orphans with their files; return how many.

    Safe to run in parallel: each row is deleted by one of the runs.
    """
    deleted = 0
    for upload in progress(list(orphans(at=at))):
        deleted += _delete_with_files(upload, orphans(at=at))
    return deleted
