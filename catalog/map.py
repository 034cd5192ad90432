"""Items of all types on a map, as GeoJSON: points, or clusters with counts."""

from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from math import floor

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from catalog.item_types import ITEM_TYPES, ItemType
from core.api.lists import filtered_results
from core.api.params import parse_int
from core.api.viewsets import ApiViewSet
from geo.circles import BoundingBox, bounding_box
from geo.filters import parse_float

MAX_POINTS = 200  # of one type; more are clustered
MIN_CACHED_ITEMS = 10_000  # of one type in a view, for its clusters to be cached
CACHE_S = 60
CELL_PX = 64  # the side of a cluster's cell on a map of 256 px tiles
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
        "public ones; where there are many, they are clusters.",
        responses=OpenApiTypes.OBJECT,
        parameters=[
            OpenApiParameter(
                "bbox", str, required=True, description="west,south,east,north"
            ),
            OpenApiParameter(
                "zoom", str, required=True, description="Of the map, 0 to 22."
            ),
            OpenApiParameter("kinds", str, description=",".join(ITEM_TYPES)),
        ],
    )
    def list(self, request: Request) -> Response:
        area = _in_box(*_bbox(request.query_params.get("bbox", "")))
        cell = _cell_degrees(_zoom(request.query_params.get("zoom", "")))
        features, total = [], 0
        for item_type in _item_types(request.query_params.get("kinds", "")):
            rows = _filtered(item_type, request).filter(area)
            found = _points(item_type, rows)
            if len(found) > MAX_POINTS:
                found = _clusters(item_type, rows, cell)
            features += found
            total += sum(f["properties"].get("count", 1) for f in found)
        return Response(
            {"type": "FeatureCollection", "features": features, "total": total}
        )


def _cell_degrees(zoom: int) -> float:
    return 360 / 2**zoom * CELL_PX / 256


def _in_box(west: float, south: float, east: float, north: float) -> Q:
    # A box whose west lies beyond its east crosses the date line.
    box = BoundingBox.DATE_LINE if west > east else BoundingBox.PLAIN
    edges = {"west": west, "south": south, "east": east, "north": north}
    return bounding_box(box, edges)


def _filtered(item_type: ItemType, request: Request) -> QuerySet:
    """The rows of all pages of the type's own list, for the same filters."""
    query = request.query_params.copy()
    query.pop("ordering", None)
    visible = item_type.rows.visible()
    found = filtered_results(visible, item_type.filterset, query, request.user)
    return found.everything


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


def _clusters(item_type: ItemType, rows: QuerySet, cell: float) -> list[dict]:
    """One feature for each cell of `cell` degrees that has rows.

    Large answers are cached for `CACHE_S` seconds: every client that opens the map of
    the whole country would otherwise read all its points again. Lists count no further
    than a thousand, so that an older count contradicts none of them.
    """
    points = _counted_points(rows)
    # The SQL names everything that the answer depends on, also what the reader may see.
    sql, params = points.query.sql_with_params()
    parts = (item_type.name, sql, params, cell)
    key = f"map:{sha256(repr(parts).encode()).hexdigest()}"
    if cached := cache.get(key):
        return cached
    clusters = _in_cells(item_type, points, cell)
    if sum(c["properties"]["count"] for c in clusters) > MIN_CACHED_ITEMS:
        cache.set(key, clusters, CACHE_S)
    return clusters


def _counted_points(rows: QuerySet) -> QuerySet:
    """Each public point (latitude, longitude) with its number of rows.

    Public points lie on a grid, so that they are far fewer than the rows. Without
    `order_by()`, the order of the list would be added to the GROUP BY.
    """
    point = ("public_latitude", "public_longitude")
    counted = rows.order_by().values(*point).annotate(count=Count("pk"))
    return counted.values_list(*point, "count")


def _in_cells(item_type: ItemType, points: QuerySet, cell: float) -> list[dict]:
    """Group points by cells; a cluster stands at the mean of its rows."""
    # cell: sum of longitudes, sum of latitudes, number of rows
    sums: dict[tuple, list] = defaultdict(lambda: [0.0, 0.0, 0])
    for latitude, longitude, count in points:
        cluster = sums[floor(latitude / cell), floor(longitude / cell)]
        cluster[0] += longitude * count
        cluster[1] += latitude * count
        cluster[2] += count
    return [
        _feature(
            (round(longitude / count, 6), round(latitude / count, 6)),
            {"kind": item_type.name, "cluster": True, "count": count},
        )
        for longitude, latitude, count in sums.values()
    ]


def _feature(coordinates: tuple[float, float], properties: dict) -> dict:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": coordinates},
        "properties": properties,
    }


def _item_types(text: str) -> Iterator[ItemType]:
    names = [name for name in text.split(",") if name] or list(ITEM_TYPES)
    if not set(names) <= set(ITEM_TYPES):
        sentence = _("Choose from: %(names)s.") % {"names": ", ".join(ITEM_TYPES)}
        raise ValidationError({"kinds": [sentence]})
    return (ITEM_TYPES[name] for name in dict.fromkeys(names))


def _zoom(text: str) -> int:
    zoom = parse_int(text)
    if zoom is None or zoom > MAX_ZOOM or len(text) > 2:
        raise ValidationError({"zoom": [_("Give a whole number from 0 to 22.")]})
    return zoom


def _bbox(text: str) -> tuple[float, float, float, float]:
    parts = [parse_float(part) for part in text.split(",")]
    corners = [number for number in parts if number is not None]
    if len(parts) != 4 or len(corners) != 4:
        raise ValidationError({"bbox": [_("Give west,south,east,north in degrees.")]})
    west, south, east, north = corners
    on_earth = -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= 90
    if not (on_earth and south <= north <= 90):
        raise ValidationError({"bbox": [_("Give west,south,east,north in degrees.")]})
    return west, south, east, north
