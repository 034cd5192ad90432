"""Personal data in the cells of the map: none that lasts."""

from catalog.models import MapCell, MapSnapshot
from core.privacy import describe_impersonal

describe_impersonal(
    MapSnapshot,
    "item_type digest counted_at",
    because="When the items of a type were counted for the map.",
)
describe_impersonal(
    MapCell,
    "snapshot level row column count latitudes longitudes",
    because="Numbers of items by cell of the map, and the sums of their public points, "
    "counted again twice a minute from what is public.",
)
