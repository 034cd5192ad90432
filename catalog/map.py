"""Items of all types on a map, as GeoJSON: points, or clusters with counts."""

from hashlib import sha256

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from catalog.cells import (
    MICRO,
    Box,
    CellRange,
    Sums,
    counted_points,
    filtered_rows,
    level_for,
)
from catalog.item_types import ITEM_TYPES, ItemType
from catalog.stored_cells import stored_sums
from core.api.params import parse_int
from core.api.viewsets import ApiViewSet
from geo.filters import parse_float

MAX_POINTS = 200  # of one type; more are clustered
MIN_CACHED_ITEMS = 10_000  # of one type in a view, for its clusters to be cached
MAX_FEATURES = 2_000  # of an answer: beyond it the cells become coarser
MAX_LONGITUDE = 36_000  # of a map that was turned a hundred times
CACHE_S = 60
CACHE_SLOTS = 128  # the clusters of so many views are cached, a few hundred KB each
MAX_ZOOM = 22


class MapViewSet(ApiViewSet):
    """Items of all types in a bounding box."""

    queryset = User.objects.none()
    pagination_class = None
    public_actions = replicated = frozenset({"list"})

    @extend_schema(
        operation_id="map_listFeatures",
        summary="List items in a box as GeoJSON",
        description="Takes the filters of the item types' own lists. Points are the "
        "public ones; where there are many, they are clusters of whole cells, in "
        f"coarser ones than those of the zoom beyond {MAX_FEATURES} features.",
        responses=OpenApiTypes.OBJECT,
        parameters=[
            OpenApiParameter(
                "bbox",
                str,
                required=True,
                description="west,south,east,north. Longitudes wrap: 190 is -170.",
            ),
            OpenApiParameter(
                "zoom", str, required=True, description="Of the map, 0 to 22."
            ),
            OpenApiParameter("kinds", str, description=",".join(ITEM_TYPES)),
        ],
    )
    def list(self, request: Request) -> Response:
        box = _bbox(request.query_params.get("bbox", ""))
        zoom = _zoom(request.query_params.get("zoom", ""))
        item_types = _item_types(request.query_params.get("kinds", ""))
        cells = box.cells(level_for(zoom, box, MAX_FEATURES // len(item_types)))
        features, total = [], 0
        for item_type in item_types:
            rows = _filtered(item_type, request)
            found = _points(item_type, rows.filter(box.condition))
            if len(found) > MAX_POINTS:
                found = _clusters(item_type, rows, cells)
            features += found
            total += sum(f["properties"].get("count", 1) for f in found)
        return Response(
            {"type": "FeatureCollection", "features": features, "total": total}
        )


def _filtered(item_type: ItemType, request: Request) -> QuerySet:
    query = request.query_params.copy()
    query.pop("ordering", None)
    return filtered_rows(item_type, query, request.user)


def _points(item_type: ItemType, rows: QuerySet) -> list[dict]:
    """One feature for each row, at most one more than `MAX_POINTS`."""
    price = item_type.model.price_field
    fields = ("pk", "title", "category", price, "public_longitude", "public_latitude")
    return [
        _feature(
            (longitude, latitude),
            {
                "kind": item_type.name,
                "id": pk,
                "title": title,
                "category": category,
                "price": price,
            },
        )
        for pk, title, category, price, longitude, latitude in rows.values_list(
            *fields
        )[: MAX_POINTS + 1]
    ]


def _clusters(item_type: ItemType, rows: QuerySet, cells: CellRange) -> list[dict]:
    """One feature for each of `cells` that has rows, at the mean of their points."""
    sums = stored_sums(item_type, rows, cells) or _counted(item_type, rows, cells)
    return [
        _feature(
            (
                round(longitudes / count / MICRO, 6),
                round(latitudes / count / MICRO, 6),
            ),
            {"kind": item_type.name, "cluster": True, "count": count},
        )
        for _cell, (count, latitudes, longitudes) in sorted(sums.items())
    ]


def _counted(item_type: ItemType, rows: QuerySet, cells: CellRange) -> Sums:
    """Return the sums of `rows` in `cells`, counted now or in the last minute.

    Large answers are cached for `CACHE_S` seconds: every client that opens a wide map
    with the same filter would otherwise read all its points again. Lists count no
    further than a thousand, so that an older count contradicts none of them.
    """
    points = counted_points(rows.filter(cells.box.condition))
    # The SQL names everything that the answer depends on, also what the reader may see.
    # Its box is one of whole cells, so that neighbouring views share an entry.
    sql, params = points.query.sql_with_params()
    parts = (item_type.name, sql, params, cells.level)
    digest = sha256(repr(parts).encode()).hexdigest()
    # A view takes the slot of another: any number of views fills no memory.
    slot = f"map:{int(digest, 16) % CACHE_SLOTS}"
    cached_digest, cached = cache.get(slot) or ("", Sums())
    if cached_digest == digest:
        return cached
    sums = Sums()
    sums.add_points(points, cells.level)
    # Points on the northern and eastern edge belong to cells outside.
    sums = Sums((cell, counted) for cell, counted in sums.items() if cells.has(cell))
    if sum(count for count, *_ in sums.values()) > MIN_CACHED_ITEMS:
        cache.set(slot, (digest, sums), CACHE_S)
    return sums


def _feature(coordinates: tuple[float, float], properties: dict) -> dict:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": coordinates},
        "properties": properties,
    }


def _item_types(text: str) -> list[ItemType]:
    names = [name for name in text.split(",") if name] or list(ITEM_TYPES)
    if not set(names) <= set(ITEM_TYPES):
        sentence = _("Choose from: %(names)s.") % {"names": ", ".join(ITEM_TYPES)}
        raise ValidationError({"kinds": [sentence]})
    return [ITEM_TYPES[name] for name in dict.fromkeys(names)]


def _zoom(text: str) -> int:
    zoom = parse_int(text)
    if zoom is None or zoom > MAX_ZOOM or len(text) > 2:
        raise ValidationError({"zoom": [_("Give a whole number from 0 to 22.")]})
    return zoom


def _bbox(text: str) -> Box:
    parts = [parse_float(part) for part in text.split(",")]
    corners = [number for number in parts if number is not None]
    if len(parts) != 4 or len(corners) != 4:
        raise ValidationError({"bbox": [_("Give west,south,east,north in degrees.")]})
    west, south, east, north = corners
    on_earth = max(abs(west), abs(east)) <= MAX_LONGITUDE and -90 <= south <= 90
    if not (on_earth and south <= north <= 90):
        raise ValidationError({"bbox": [_("Give west,south,east,north in degrees.")]})
    if east - west >= 360:
        return Box(-180.0, south, 180.0, north)
    return Box(_wrapped(west), south, _wrapped(east), north)


def _wrapped(longitude: float) -> float:
    """Return the longitude between -180 and 180: a map that was turned goes beyond."""
    if -180 <= longitude <= 180:
        return longitude
    return (longitude + 180) % 360 - 180
