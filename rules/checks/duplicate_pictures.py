"""Pictures that others have posted before."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from rules import candidates
from rules.base import Finding, Outcome, Post, Rule, Values
from rules.candidates import Candidate
from rules.checks.duplicates import fingerprint
from rules.matching.pictures import dhash, is_flat
from rules.matching.similarity import Print, bands_of, distance
from rules.models import Fingerprint
from rules.parameters import Number
from uploads.models import URL_PREFIX, Upload

UPLOAD = "upload"
MAX_PICTURES = 20  # of one post


class DuplicatePictures(Rule):
    """See `summary`."""

    name = "duplicate_pictures"
    label = _("Pictures of others")
    summary = (
        "A picture of an item that another person has posted before: the same file, or "
        "a difference hash (dHash) near that of another one. It runs in a job, because "
        "it reads the files."
    )
    advice = "flag; the usual sign of an item that does not exist."
    outcomes = (Outcome.FLAG, Outcome.HOLD)
    queries = True
    is_late = True
    parameters = {
        "days": Number(90, "How far back earlier pictures are found.", 1, 365),
        "distance": Number(4, "In how many of 64 bits two hashes may differ.", 0, 16),
    }

    def concerns(self, post: Post, values: Values) -> bool:
        return post.is_item and bool(post.row.images)

    def check(self, post: Post, values: Values) -> Finding | None:
        new, alike = [], None
        known = {
            row.target_id: row
            for row in Fingerprint.objects.filter(
                target_type=UPLOAD, target_id__in=[u.pk for u in _pictures(post)]
            )
        }
        for upload in _pictures(post):
            row = known.get(upload.pk)
            if row is None:
                row = _fingerprint(upload)
                new.append(row)
            alike = alike or _like(row, post, values)
        post.notes[self.name] = new
        if alike is None:
            return None
        return Finding(f"picture like {alike.target_id} of another person")

    def remember(self, post: Post, values: Values) -> Iterable[Fingerprint]:
        return post.notes.get(self.name, ())

    def check_past(
        self, posts: Iterable[Post], values: Values
    ) -> Iterator[tuple[Post, Finding | None]]:
        """Compare the digests of the files alone: a dry run reads no files."""
        owners: dict[str, tuple[int, int]] = {}
        for post in posts:
            found = None
            for upload in _pictures(post) if self.concerns(post, values) else ():
                pk, owner = owners.setdefault(
                    upload.digest, (upload.pk, post.person_id)
                )
                if owner != post.person_id:
                    found = Finding(f"picture like {pk} of another person")
            yield post, found


def _pictures(post: Post) -> list[Upload]:
    """Return the uploads that an item shows."""
    paths = post.row.images.split(",")[:MAX_PICTURES]
    keys = [path.removeprefix(URL_PREFIX) for path in paths]
    return list(Upload.objects.filter(key__in=keys).order_by("pk"))


def _fingerprint(upload: Upload) -> Fingerprint:
    """Return the unsaved fingerprint of a picture, from its thumbnail.

    It has the time of the upload: who had a picture first does not depend on when
    the rule has looked at it.
    """
    with default_storage.open(upload.thumbnail_file) as file:
        bits = dhash(file.read())
    found = Print(upload.digest, bands_of(bits))
    made = fingerprint(UPLOAD, upload.pk, upload.owner_id, found)
    made.created_at = upload.created_at
    return made


def _like(row: Fingerprint, post: Post, values: Values) -> Candidate | None:
    """Return an earlier picture of another person like `row`, if there is one."""
    bits = sum(band << 16 * n for n, band in enumerate(row.bands))
    since = post.at - timedelta(days=values["days"])
    # A copy must not keep the original from being changed.
    near = candidates.like(
        row.bands, target_type=UPLOAD, since=since, before=row.created_at
    )
    most = -1 if is_flat(bits) else values["distance"]  # a plain wall is like any other
    return next(
        (
            other
            for other in near
            if other.person_id != post.person_id
            and (other.digest == row.digest or distance(other.bands, row.bands) <= most)
        ),
        None,
    )
