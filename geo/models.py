"""Abstract models of things that have a place."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geo.fields import SnappedField, snap
from geo.gazetteer import derive_location, gazetteer


class Point(models.Model):
    """A private exact point, and the public point that is searched and displayed."""

    latitude = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    public_latitude = SnappedField(axis=0)
    public_longitude = SnappedField(axis=1)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_point_on_earth",
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            )
        ]


class Place(Point):
    """A point with text: `location` is public, `address` is for the parties alone."""

    location = models.CharField(max_length=255, blank=True)
    address = models.CharField(
        max_length=255, blank=True, help_text=_("Private: the owner and the worker.")
    )

    class Meta(Point.Meta):
        abstract = True

    @property
    def full_location(self) -> str:
        """Return the text for the parties: the address, if `location` comes from it."""
        return self.address if self.has_derived_location else self.location

    @property
    def has_derived_location(self) -> bool:
        """Whether `location` is what `derive` gives for the address."""
        return bool(self.address) and self.location == derive(
            self.address, self.latitude, self.longitude
        )


def derive(address: str, latitude: float | None, longitude: float | None) -> str:
    """Return the public location of an address and an exact point."""
    if latitude is None or longitude is None:
        return derive_location(address)
    # The public point, as `SnappedField` stores it: the name of the nearest place must
    # not tell on which side of a border the exact one is.
    point = snap(float(latitude), float(longitude), settings.PUBLIC_POINT_GRID_M)
    return derive_location(address, *point)


def fill_public_location(fields: dict, *, before: Place) -> dict:
    """Return `fields` as they are stored: `location` public, `address` private.

    `before` is the place as it was. Of a given `location` the names of known places are
    public; the whole text becomes the address, unless another one is given. The words
    of `public_location` are public as they are. A client that sends back what it was
    shown changes nothing.
    """
    fields = dict(fields)
    chosen = fields.pop("public_location", "")
    given = fields.get("location")
    if given is not None and given in (before.full_location, before.location):
        del fields["location"]
        given = None
    is_free = fields.get("address", "") in ("", before.address)
    if given and is_free and not gazetteer().is_public(given):
        fields["address"] = given
    point = [fields.get(n, getattr(before, n)) for n in ("latitude", "longitude")]
    if given:
        fields["location"] = derive(given, *point)
    elif given == "" or not before.location or before.has_derived_location:
        fields["location"] = derive(fields.get("address", before.address), *point)
    if chosen and chosen != before.location:
        fields["location"] = chosen
    return fields
