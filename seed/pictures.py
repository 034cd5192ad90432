"""The pictures of the market: which item shows which, and the rows they come to."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from random import Random

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from seed.drawing import picture, portrait
from uploads.images import EncodedImage
from uploads.models import URL_PREFIX, Upload

PORTRAIT = "portrait"
VARIANTS = 4  # drawings of each category
PORTRAITS = 12


@dataclass
class Shown:
    """One upload: whose it is, what is on it, since when, how many items show it."""

    key: str
    owner_id: int
    drawing: tuple[str, int]
    created_at: datetime
    uses: int = 0


class Album:
    """Hands out pictures; with `own`, each item has its own, else items share them."""

    def __init__(self, *, random_state: int, own: bool):
        self._state = random_state
        self._own = own
        self._shown: dict[str, Shown] = {}

    def show(
        self, category: str, count: int, *, owner_id: int, at: datetime, chance: Random
    ) -> str:
        """The site paths of `count` pictures of `category`, with commas."""
        variants = chance.sample(range(_variants(category)), count)
        return ",".join(
            self._path((category, variant), owner_id, at) for variant in variants
        )

    def _path(self, drawing: tuple[str, int], owner_id: int, at: datetime) -> str:
        serial = len(self._shown) if self._own else 0
        name = f"{self._state}:{drawing}:{serial}"
        key = f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.jpg"
        shown = self._shown.get(key)
        if shown is None:
            shown = self._shown[key] = Shown(key, owner_id, drawing, at)
        shown.uses += 1
        return f"{URL_PREFIX}{key}"

    def __len__(self) -> int:
        return len(self._shown)

    def rows(self, first_id: int) -> Iterator[Upload]:
        """Store the files; the rows of all that were handed out."""
        for number, shown in enumerate(self._shown.values(), first_id):
            image = _drawn(self._state, *shown.drawing)
            upload = Upload(
                id=number,
                owner_id=shown.owner_id,
                key=shown.key,
                content_type=image.content_type,
                size=len(image.content),
                width=image.width,
                height=image.height,
                digest=hashlib.sha256(image.content).hexdigest(),
                uses=shown.uses,
                created_at=shown.created_at,
            )
            _store(upload.key, image.content)
            _store(upload.thumbnail_key, image.thumbnail)
            yield upload


@cache
def _drawn(state: int, category: str, variant: int) -> EncodedImage:
    chance = Random(f"{state}:{category}:{variant}")
    return portrait(chance) if category == PORTRAIT else picture(category, chance)


def _variants(category: str) -> int:
    return PORTRAITS if category == PORTRAIT else VARIANTS


def _store(name: str, content: bytes) -> None:
    if default_storage.exists(name):
        default_storage.delete(name)
    default_storage.save(name, ContentFile(content))
