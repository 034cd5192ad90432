"""Everything on a map: points where they are few, clusters with counts where many."""

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
from rest_framework.response import Response

from accounts.models import User
from catalog.item_types import ITEM_TYPES, ItemType
from core.api.lists import filtered_results
from core.api.params import parse_int
from core.api.viewsets import ApiViewSet
from geo.filters import parse_float

MOST_POINTS = 200  # of one kind; from there on they are clustered
MANY = 10_000  # a view with so many of a kind is remembered for `REMEMBERED` seconds
REMEMBERED = 60
CELL_PX = 64  # the side of a cluster's cell on a map of 256 px tiles
DEEPEST_ZOOM = 22


class MapViewSet(ApiViewSet):
    queryset = User.objects.none()
    pagination_class = None
    public_actions = frozenset({"list"})

    @extend_schema(
        summary="Items on a map, as GeoJSON",
        description="Takes the filters of the kinds' own lists. Public points only.",
        responses=OpenApiTypes.OBJECT,
        parameters=[
            OpenApiParameter(
                "bbox", str, required=True, description="west,south,east,north"
            ),
            OpenApiParameter(
                "zoom", str, required=True, description="Of the map, 0 to 22."
            ),
            OpenApiParameter("kinds", str, description="tasks,offerings,listings"),
        ],
    )
    def list(self, request):
        area = in_bounding_box(_bbox(request.query_params.get("bbox", "")))
        cell = cell_degrees(_zoom(request.query_params.get("zoom", "")))
        features, total = [], 0
        for kind in _kinds(request.query_params.get("kinds", "")):
            rows = _filtered(kind, request).filter(area)
            few = _points(kind, rows)
            found = few if len(few) <= MOST_POINTS else _clusters(kind, rows, cell)
            features += found
            total += sum(f["properties"].get("count", 1) for f in found)
        return Response(
            {"type": "FeatureCollection", "features": features, "total": total}
        )


def cell_degrees(zoom: int) -> float:
    return 360 / 2**zoom * CELL_PX / 256


def in_bounding_box(bbox: tuple[float, float, float, float]) -> Q:
    """Public points in a box; one whose west is beyond its east crosses 180°."""
    west, south, east, north = bbox
    rows = Q(public_latitude__range=(south, north))
    if west <= east:
        return rows & Q(public_longitude__range=(west, east))
    return rows & (Q(public_longitude__gte=west) | Q(public_longitude__lte=east))


def _filtered(kind: ItemType, request) -> QuerySet:
    """The rows that the kind's own list would show on all its pages."""
    query = request.query_params.copy()
    query.pop("ordering", None)
    visible = kind.model.objects.visible()
    return filtered_results(visible, kind.filterset, query, request.user).everything


def _points(kind: ItemType, rows: QuerySet) -> list[dict]:
    fields = (
        "pk",
        "title",
        "category",
        kind.price_field,
        "public_longitude",
        "public_latitude",
    )
    return [
        _feature(
            (longitude, latitude),
            {
                "kind": kind.name,
                "id": pk,
                "title": title,
                "category": category,
                "price": price,
            },
        )
        for pk, title, category, price, longitude, latitude in rows.values_list(
            *fields
        )[: MOST_POINTS + 1]
    ]


def _clusters(kind: ItemType, rows: QuerySet, cell: float) -> list[dict]:
    """The rows in cells. Lists count no further than a thousand: past `MANY` a cluster
    may be a minute old without ever differing from a list."""
    points = _counted_points(rows)
    sql, params = points.query.sql_with_params()
    key = f"map:{sha256(repr((kind.name, sql, params, cell)).encode()).hexdigest()}"
    if known := cache.get(key):
        return known
    clusters = _in_cells(kind, points, cell)
    if sum(cluster["properties"]["count"] for cluster in clusters) > MANY:
        cache.set(key, clusters, REMEMBERED)
    return clusters


def _counted_points(rows: QuerySet) -> QuerySet:
    """Each public point once, in the order of its index, with how many stand there.

    Public points lie on a grid, so they are far fewer than the rows.
    """
    point = ("public_latitude", "public_longitude")
    counted = rows.order_by().values(*point).annotate(count=Count("pk"))
    return counted.values_list(*point, "count")


def _in_cells(kind: ItemType, points: QuerySet, cell: float) -> list[dict]:
    """Points put together by cells of so many degrees, at the mean of their rows."""
    sums: dict[tuple, list] = defaultdict(lambda: [0.0, 0.0, 0])
    for latitude, longitude, count in points:
        found = sums[floor(latitude / cell), floor(longitude / cell)]
        found[0] += longitude * count
        found[1] += latitude * count
        found[2] += count
    return [
        _feature(
            (round(longitude / count, 6), round(latitude / count, 6)),
            {"kind": kind.name, "cluster": True, "count": count},
        )
        for longitude, latitude, count in sums.values()
    ]


def _feature(coordinates: tuple[float, float], properties: dict) -> dict:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": coordinates},
        "properties": properties,
    }


def _kinds(text: str) -> Iterator[ItemType]:
    names = [name for name in text.split(",") if name] or list(ITEM_TYPES)
    if not set(names) <= set(ITEM_TYPES):
        raise ValidationError({"kinds": [_("Choose of tasks, offerings, listings.")]})
    return (ITEM_TYPES[name] for name in dict.fromkeys(names))


def _zoom(text: str) -> int:
    zoom = parse_int(text)
    if zoom is None or zoom > DEEPEST_ZOOM or len(text) > 2:
        raise ValidationError({"zoom": [_("Give a whole number from 0 to 22.")]})
    return zoom


def _bbox(text: str) -> tuple[float, float, float, float]:
    corners = [parse_float(part) for part in text.split(",")]
    if len(corners) != 4 or None in corners:
        raise ValidationError({"bbox": [_("Give west,south,east,north in degrees.")]})
    west, south, east, north = corners
    on_earth = -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= 90
    if not (on_earth and south <= north <= 90):
        raise ValidationError({"bbox": [_("Give west,south,east,north in degrees.")]})
    return west, south, east, north
