"""Abstract models of things that have a place."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geo.fields import SnappedField


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
        derived = self.address and self.location == strip_house_number(self.address)
        return self.address if derived else self.location


def strip_house_number(address: str) -> str:
    """Return an address without the words that hold a digit.

    These are the numbers of house and flat, and the postal code:
    "Brīvības iela 12-34, Rīga, LV-1010" becomes "Brīvības iela, Rīga".
    """
    parts = (
        " ".join(word for word in part.split() if not any(map(str.isdigit, word)))
        for part in address.split(",")
    )
    return ", ".join(part for part in parts if part)


def fill_public_location(
    fields: dict, *, location: str = "", address: str = ""
) -> dict:
    """Return `fields` with `location` filled from the address where it is empty.

    `location` and `address` are what the place had before. A `location` that its owner
    chose stays. A client that sends back the address, which it was shown as `location`,
    changes nothing.
    """
    fields = dict(fields)
    if address and fields.get("location") == address:
        del fields["location"]
    given = fields.get("location", location)
    derived = strip_house_number(fields.get("address") or "")
    if derived and given in ("", strip_house_number(address)):
        fields["location"] = derived
    return fields
