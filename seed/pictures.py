"""Which item shows which picture, and the uploads of these pictures."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from random import Random

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from seed.drawing import picture, portrait
from seed.tables import new_row
from uploads.images import EncodedImage
from uploads.models import URL_PREFIX, Upload

PORTRAIT = "portrait"
VARIANTS = 3  # drawings of each motif
PORTRAITS = 12


@dataclass
class PlannedUpload:
    """An upload to be stored: owner, drawing, time, and number of items showing it."""

    key: str
    owner_id: int
    drawing: tuple[str, int]
    created_at: datetime
    uses: int = 0


class PictureLibrary:
    """Picks pictures for items; with `own` each item gets new ones, else they share."""

    def __init__(self, *, random_state: int, own: bool):
        self._state = random_state
        self._own = own
        self._uploads: dict[str, PlannedUpload] = {}

    def pick(
        self, motif: str, count: int, *, owner_id: int, at: datetime, rng: Random
    ) -> str:
        """The paths of `count` pictures of `motif`, comma-separated."""
        variants = rng.sample(range(_variants(motif)), count)
        return ",".join(
            self._path((motif, variant), owner_id, at) for variant in variants
        )

    def _path(self, drawing: tuple[str, int], owner_id: int, at: datetime) -> str:
        serial = len(self._uploads) if self._own else 0
        name = f"{self._state}:{drawing}:{serial}"
        key = f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.jpg"
        planned = self._uploads.get(key)
        if planned is None:
            planned = self._uploads[key] = PlannedUpload(key, owner_id, drawing, at)
        planned.uses += 1
        return f"{URL_PREFIX}{key}"

    def __len__(self) -> int:
        return len(self._uploads)

    def rows(self, first_id: int) -> Iterator[Upload]:
        """Store the files of all pictures picked so far and return their uploads."""
        for number, planned in enumerate(self._uploads.values(), first_id):
            image = _draw(self._state, *planned.drawing)
            upload = new_row(
                Upload,
                id=number,
                owner_id=planned.owner_id,
                key=planned.key,
                content_type=image.content_type,
                size=len(image.content),
                width=image.width,
                height=image.height,
                digest=hashlib.sha256(image.content).hexdigest(),
                uses=planned.uses,
                created_at=planned.created_at,
            )
            _store(upload.key, image.content)
            _store(upload.thumbnail_key, image.thumbnail)
            yield upload


@cache
def _draw(state: int, motif: str, variant: int) -> EncodedImage:
    rng = Random(f"{state}:{motif}:{variant}")
    return portrait(rng) if motif == PORTRAIT else picture(motif, rng)


def _variants(motif: str) -> int:
    return PORTRAITS if motif == PORTRAIT else VARIANTS


def _store(name: str, content: bytes) -> None:
    if default_storage.exists(name):
        default_storage.delete(name)
    default_storage.save(name, ContentFile(content))
