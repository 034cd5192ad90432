"""Abstract bases of what people post. No tables of their own."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.core import spelling  # noqa: F401 (registers `mentions`)
from marketplace.core.geo import SnappedField

LARGEST_PRICE = 9_999_999


class Timestamped(models.Model):
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Point(models.Model):
    """An exact point, private, and the public one that is searched and shown."""

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
    """A point with words: `location` for everybody, `address` for those concerned."""

    location = models.CharField(max_length=255, blank=True)
    address = models.CharField(
        max_length=255, blank=True, help_text=_("Private: the owner and the worker.")
    )

    class Meta(Point.Meta):
        abstract = True

    @property
    def full_location(self) -> str:
        """For those concerned: the address, where the public words came from it."""
        derived = self.address and self.location == without_house(self.address)
        return self.address if derived else self.location


def without_house(address: str) -> str:
    """An address without the words that hold a digit: house, flat and postal code.

    "Brīvības iela 12-34, Rīga, LV-1010" becomes "Brīvības iela, Rīga".
    """
    parts = (
        " ".join(word for word in part.split() if not any(map(str.isdigit, word)))
        for part in address.split(",")
    )
    return ", ".join(part for part in parts if part)


def worded(facts: dict, *, location: str = "", address: str = "") -> dict:
    """Fill the public words of a place from its address where nobody gave any.

    `location` and `address` are what the place had before. Words that its owner chose
    stay, and a client that sends back the address it was shown as `location` changes
    nothing.
    """
    facts = dict(facts)
    if address and facts.get("location") == address:
        del facts["location"]
    given = facts.get("location", location)
    derived = without_house(facts.get("address") or "")
    if derived and given in ("", without_house(address)):
        facts["location"] = derived
    return facts


class Moderated(models.Model):
    """What staff decided about a piece of content. Changed by `audit` alone."""

    class Moderation(models.TextChoices):
        VISIBLE = "visible", _("Visible")
        HIDDEN = "hidden", _("Hidden")
        REMOVED = "removed", _("Removed")

    moderation = models.CharField(
        max_length=10,
        choices=Moderation,
        default=Moderation.VISIBLE,
        editable=False,
    )
    moderation_reason = models.CharField(max_length=500, blank=True, editable=False)
    moderated_at = models.DateTimeField(null=True, editable=False)
    moderated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )

    class Meta:
        abstract = True


def search_indexes(name: str, *, owner: str, price: str) -> list[models.Index]:
    """For search by place or price, in a category or in all, and in many statuses.

    They hold all that a search and its count ask of a row, so that neither reads the
    table: the visible rows alone, and the owner, who may be suspended. The newest rows
    in any status are for staff too, and the few that staff decided about.
    """
    visible = Q(moderation="visible")
    point = ["public_latitude", "public_longitude"]
    return [
        models.Index(fields=["-created_at", "-id"], name=f"{name}_recent"),
        models.Index(fields=["-id"], name=f"{name}_moderated", condition=~visible),
    ] + [
        models.Index(
            fields=["status", *fields],
            include=["id", owner, *more],
            name=f"{name}_{suffix}",
            condition=visible,
        )
        for suffix, fields, more in (
            ("place", point, [price]),
            ("category_place", ["category", *point], [price]),
            ("price", [price], []),
            ("category_price", ["category", price], []),
        )
    ]
