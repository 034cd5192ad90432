"""Everything on a map: points where they are few, clusters with counts where many."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Avg, Count, FloatField, Q, QuerySet
from django.db.models.functions import Cast, Floor
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.models import User
from listings.filters import ListingFilter
from listings.models import Listing
from marketplace.core.filters import number
from marketplace.core.viewsets import ApiViewSet
from offerings.filters import OfferingFilter
from offerings.models import Offering
from tasks.filters import TaskFilter
from tasks.models import TaskRequest

MOST_POINTS = 200  # of one kind; from there on they are clustered
CELL_PX = 64  # the side of a cluster's cell on a map of 256 px tiles
DEEPEST_ZOOM = 22


@dataclass(frozen=True)
class Kind:
    """What the map shows of one segment."""

    name: str
    model: type
    filterset: type
    price: str


KINDS = {
    "tasks": Kind("task", TaskRequest, TaskFilter, "budget"),
    "listings": Kind("listing", Listing, ListingFilter, "price"),
    "offerings": Kind("offering", Offering, OfferingFilter, "price"),
}


class MapViewSet(ApiViewSet):
    queryset = User.objects.none()
    pagination_class = None
    public = frozenset({"list"})

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
        area = in_box(_bbox(request.query_params.get("bbox", "")))
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


def in_box(bbox: tuple[float, float, float, float]) -> Q:
    """Public points in a box; one whose west is beyond its east crosses 180°."""
    west, south, east, north = bbox
    rows = Q(public_latitude__range=(south, north))
    if west <= east:
        return rows & Q(public_longitude__range=(west, east))
    return rows & (Q(public_longitude__gte=west) | Q(public_longitude__lte=east))


def _filtered(kind: Kind, request) -> QuerySet:
    """The rows that the kind's own list would show, wherever they are."""
    query = request.query_params.copy()
    for name in ("latitude", "longitude", "radius", "ordering"):
        query.pop(name, None)
    filterset = kind.filterset(
        query, queryset=kind.model.objects.visible(), request=request
    )
    if not filterset.is_valid():
        raise ValidationError(filterset.errors)
    return filterset.qs


def _points(kind: Kind, rows: QuerySet) -> list[dict]:
    fields = (
        "pk",
        "title",
        "category",
        kind.price,
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


def _clusters(kind: Kind, rows: QuerySet, cell: float) -> list[dict]:
    grouped = (
        rows.order_by()
        .annotate(
            column=Floor(Cast("public_longitude", FloatField()) / cell),
            row=Floor(Cast("public_latitude", FloatField()) / cell),
        )
        .values("column", "row")
        .annotate(
            count=Count("pk"),
            longitude=Avg("public_longitude"),
            latitude=Avg("public_latitude"),
        )
        .values_list("longitude", "latitude", "count")
    )
    return [
        _feature(
            (round(longitude, 6), round(latitude, 6)),
            {"kind": kind.name, "cluster": True, "count": count},
        )
        for longitude, latitude, count in grouped
    ]


def _feature(coordinates: tuple[float, float], properties: dict) -> dict:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": coordinates},
        "properties": properties,
    }


def _kinds(text: str) -> Iterator[Kind]:
    names = [name for name in text.split(",") if name] or list(KINDS)
    if not set(names) <= set(KINDS):
        raise ValidationError({"kinds": [_("Choose of tasks, offerings, listings.")]})
    return (KINDS[name] for name in dict.fromkeys(names))


def _zoom(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:4]) <= DEEPEST_ZOOM):
        raise ValidationError({"zoom": [_("Give a whole number from 0 to 22.")]})
    return int(text)


def _bbox(text: str) -> tuple[float, float, float, float]:
    corners = [number(part) for part in text.split(",")]
    if len(corners) != 4 or None in corners:
        raise ValidationError({"bbox": [_("Give west,south,east,north in degrees.")]})
    west, south, east, north = corners
    on_earth = -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= 90
    if not (on_earth and south <= north <= 90):
        raise ValidationError({"bbox": [_("Give west,south,east,north in degrees.")]})
    return west, south, east, north
