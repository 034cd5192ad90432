"""Known public places: what of an address may be shown to everybody."""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from django.conf import settings

from geo.distance import haversine_km

MAX_NEAREST_KM = 30.0  # a point farther from every known place is in no known place
MAX_NEIGHBOURHOOD_KM = 4.0  # as far as the largest neighbourhood reaches
SETTLEMENTS = frozenset({"parish", "town", "village"})
KINDS = SETTLEMENTS | {"country", "region", "municipality", "neighbourhood"}
COLUMNS = 6
PART_SEPARATORS = re.compile(r"[,;\n\r\t]+")
# The last word of a part, as people shorten or translate it.
LAST_WORDS = {
    "nov": "novads",
    "municipality": "novads",
    "pag": "pagasts",
    "parish": "pagasts",
}


class GazetteerError(ValueError):
    """The file of places cannot be read; the sentence names the line."""


@dataclass(frozen=True)
class KnownPlace:
    """One place of the gazetteer, with its centre in degrees where it has one."""

    kind: str
    name: str
    latitude: float | None
    longitude: float | None
    within: tuple[str, ...]

    @property
    def is_broad(self) -> bool:
        """Whether it is larger than a settlement."""
        return self.kind not in SETTLEMENTS and self.kind != "neighbourhood"


class Gazetteer:
    """The places of one file, by name and by point."""

    def __init__(self, places: Iterable[tuple[KnownPlace, tuple[str, ...]]]):
        self._by_name: dict[str, KnownPlace] = {}
        for place, aliases in places:
            for name in (place.name, *aliases):
                # A town before a neighbourhood or region of the same name.
                self._by_name.setdefault(_folded(name), place)

    @cached_property
    def _centred(self) -> list[KnownPlace]:
        return [
            place
            for place in dict.fromkeys(self._by_name.values())
            if place.latitude is not None
        ]

    def public_text(self, text: str) -> str:
        """Return the known places that `text` names, comma-separated; "" for none.

        A part between commas counts as a whole: of "Kalnozoli, Mālpils pagasts" the
        parish stays, and of "Rīgas iela 5" nothing does.
        """
        found, _is_whole = self._places_in(text)
        return ", ".join(place.name for place in found)

    def is_public(self, text: str) -> bool:
        """Return whether `text` names known places and nothing else."""
        _found, is_whole = self._places_in(text)
        return is_whole

    def nearest(self, latitude: float, longitude: float) -> str:
        """Return the name of the known place nearest to a point; "" for none near.

        A neighbourhood follows the name of its town.
        """
        distances = sorted(
            (
                (haversine_km(latitude, longitude, *_centre(place)), place.name, place)
                for place in self._centred
            ),
            key=lambda found: found[:2],  # two places cannot be compared
        )
        for km, name, place in distances:
            if km > MAX_NEAREST_KM:
                break
            if place.kind != "neighbourhood":
                return name
            if km <= MAX_NEIGHBOURHOOD_KM:
                return f"{place.within[0]}, {name}"
        return ""

    def _places_in(self, text: str) -> tuple[list[KnownPlace], bool]:
        parts = [part for part in PART_SEPARATORS.split(text) if part.strip()]
        named = [self._by_name.get(_folded(part)) for part in parts]
        places = list(dict.fromkeys(place for place in named if place))
        kept = _consistent(places)
        return _without_country(kept), None not in named and len(kept) == len(places)


def _consistent(places: list[KnownPlace]) -> list[KnownPlace]:
    """Return the places that can be meant together.

    Farms are named like villages and neighbourhoods of other regions: "Avoti, Mālpils
    pagasts" is a house.
    """
    names = {place.name for place in places}
    parishes = [place for place in places if place.kind == "parish"]
    anchors = {
        place.name
        for place in places
        if place.kind in ("parish", "town", "municipality")
    }

    def fits(place: KnownPlace) -> bool:
        if place.kind == "neighbourhood":
            return not parishes and not names.isdisjoint(place.within)
        if place.kind == "village":
            return not anchors or not anchors.isdisjoint(place.within)
        if place.kind == "parish":
            return place is parishes[-1]
        return place.kind != "town" or not parishes

    return [place for place in places if fits(place)]


def _without_country(places: list[KnownPlace]) -> list[KnownPlace]:
    narrower = [place for place in places if place.kind != "country"]
    return narrower or places


def _centre(place: KnownPlace) -> tuple[float, float]:
    assert place.latitude is not None
    assert place.longitude is not None
    return place.latitude, place.longitude


@lru_cache(maxsize=4096)
def _folded(name: str) -> str:
    """Return a name as it is compared: without case, accents and extra spaces."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    words = plain.replace(".", " ").split()
    if words:
        words[-1] = LAST_WORDS.get(words[-1], words[-1])
    return " ".join(words)


def read(path: Path) -> Gazetteer:
    """Return the gazetteer of a file; the bundled one describes the format.

    Raises `GazetteerError` for a file that is missing or has a malformed line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise GazetteerError(f"{path} cannot be read.") from error
    return Gazetteer(_rows(path, lines))


def _rows(path: Path, lines: list[str]) -> Iterator[tuple[KnownPlace, tuple[str, ...]]]:
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            try:
                yield _row(line)
            except ValueError as error:
                raise GazetteerError(f"{path}, line {number}: {error}") from error


def _row(line: str) -> tuple[KnownPlace, tuple[str, ...]]:
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) > COLUMNS:
        raise ValueError(f"more than {COLUMNS} columns")
    kind, name, latitude, longitude, within, aliases = cells + [""] * (
        COLUMNS - len(cells)
    )
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of place")
    if not name or any(map(str.isdigit, name)):
        raise ValueError("a name has at least one letter and no digit")
    parents = tuple(filter(None, within.split("|")))
    north, east = _point(latitude, longitude)
    place = KnownPlace(kind, name, north, east, parents)
    return place, tuple(filter(None, aliases.split("|")))


def _point(latitude: str, longitude: str) -> tuple[float, float] | tuple[None, None]:
    if not latitude and not longitude:
        return None, None
    point = float(latitude), float(longitude)
    if not all(map(math.isfinite, point)) or abs(point[0]) > 90 or abs(point[1]) > 180:
        raise ValueError("the centre is not on the Earth")
    return point


@lru_cache(maxsize=4)
def _loaded(path: str) -> Gazetteer:
    return read(Path(path))


def gazetteer() -> Gazetteer:
    """Return the gazetteer of the setting GAZETTEER_FILE, read once in each process."""
    return _loaded(str(settings.GAZETTEER_FILE))


@lru_cache(maxsize=4096)
def _derived(
    path: str, text: str, latitude: float | None, longitude: float | None
) -> str:
    known = _loaded(path)
    found = known.public_text(text)
    if found or latitude is None or longitude is None:
        return found
    return known.nearest(latitude, longitude)


def derive_location(
    text: str, latitude: float | None = None, longitude: float | None = None
) -> str:
    """Return the public location of a private address: names of known places alone.

    Without such a name in `text` it is the place nearest to the public point of the
    coordinates; "" without coordinates, far from every known place, and for no text.
    """
    if not text.strip():
        return ""
    # The key holds the file: a test or a reloaded setting may name another one.
    return _derived(str(settings.GAZETTEER_FILE), text, latitude, longitude)
