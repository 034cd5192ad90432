"""Points and places in requests and answers."""

from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.fields import OptionalTextField, StrictNumberField
from core.api.output import Output
from geo.distance import haversine_km


class DistanceMixin(Output):
    """Adds to rows with a public point the distance from the context's `centre`."""

    is_base = True

    latitude = serializers.FloatField(source="public_latitude", allow_null=True)
    longitude = serializers.FloatField(source="public_longitude", allow_null=True)
    distance = serializers.FloatField(
        required=False, help_text="In km, to the public point; with a search by place."
    )
    optional = frozenset({"distance"})

    @cached_property
    def centre(self) -> tuple[float, float] | None:
        """Return latitude and longitude of the search by place; None in other lists."""
        return self.context.get("centre")

    def to_representation(self, instance: Any) -> dict:
        shown = super().to_representation(instance)
        if self.centre:
            point = (instance.public_latitude, instance.public_longitude)
            shown["distance"] = round(haversine_km(*self.centre, *point), 2)
        return shown


class PlaceSerializer(DistanceMixin):
    """Something with a place: the parties see the exact one, others the public one."""

    is_base = True

    location = serializers.CharField(allow_blank=True)
    address = serializers.CharField(
        required=False, help_text="For the owner and the assigned worker."
    )
    public_location = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="What others see as `location`; for the owner and the worker.",
    )
    optional = frozenset({"address", "distance", "public_location"})

    def is_party(self, row: Any) -> bool:
        """Return whether the viewer may see the exact place of `row`."""
        raise NotImplementedError

    def to_representation(self, instance: Any) -> dict:
        shown = super().to_representation(instance)
        if self.viewer and self.is_party(instance):
            shown |= {
                "latitude": instance.latitude,
                "longitude": instance.longitude,
                "address": instance.address,
                "location": instance.full_location,
                "public_location": instance.location,
            }
        return shown


class PublicLocationField(OptionalTextField):
    """Words that the owner chooses to show to everybody as the place."""

    def __init__(self, **kwargs: Any):
        help_text = "Shown to everybody as the place, as it is written; no numbers."
        super().__init__(max_length=100, help_text=help_text, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        text = super().run_validation(data)
        if text is not serializers.empty and any(map(str.isdigit, text or "")):
            raise serializers.ValidationError(
                _("Leave out numbers: everybody sees these words.")
            )
        return text


class LatitudeField(StrictNumberField):
    """Degrees from -90 to 90."""

    def __init__(self, **kwargs: Any):
        super().__init__(min_value=-90, max_value=90, **kwargs)


class LongitudeField(StrictNumberField):
    """Degrees from -180 to 180."""

    def __init__(self, **kwargs: Any):
        super().__init__(min_value=-180, max_value=180, **kwargs)


def require_whole_point(fields: dict) -> dict:
    """Return `fields`; raise `ValidationError` for one coordinate alone."""
    point = [fields.get("latitude"), fields.get("longitude")]
    halves = ("latitude" in fields) != ("longitude" in fields)
    if halves or point.count(None) == 1:
        raise serializers.ValidationError(_("Give latitude and longitude together."))
    return fields
