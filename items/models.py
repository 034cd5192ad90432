"""Abstract models of what people post: moderated content, and items among it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import Decision
from core.db.models import Timestamped
from geo.models import Place
from search.fields import NormalizedTextField


class Moderated(models.Model):
    """Content of one person that staff can hide. `items.moderation` changes it."""

    owner_field = "creator"  # the foreign key to the person who posted it

    class Moderation(models.TextChoices):
        """Whether staff have hidden or removed the content."""

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
    decision = models.ForeignKey(
        "audit.Decision",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,  # nobody looks for the row of a decision by this
    )

    class Meta:
        abstract = True

    @property
    def owner(self) -> User:
        """The user who posted it."""
        return getattr(self, self.owner_field)

    @property
    def party_ids(self) -> set[int]:
        """The ids of the people whom a decision about it concerns."""
        return {self.owner_id}

    @property
    def owner_id(self) -> int:
        """The id of `owner`, without a query."""
        return getattr(self, f"{self.owner_field}_id")


def decided(name: str) -> models.CheckConstraint:
    """Return the constraint: what is hidden or removed is so by a decision."""
    return models.CheckConstraint(
        name=f"{name}_hidden_with_reasons",
        condition=Q(moderation="visible") | Q(decision__isnull=False),
    )


def labelled(name: str) -> models.CheckConstraint:
    """Return the constraint: what has a label has it by a decision."""
    return models.CheckConstraint(
        name=f"{name}_labelled_with_reasons",
        condition=Q(label="") | Q(label_decision__isnull=False),
    )


class Item(Place, Moderated, Timestamped):
    """What every type of item has. A subclass adds its owner, price and status."""

    price_field = "price"
    Status: ClassVar[type[models.TextChoices]]  # of the subclass

    title = models.CharField(max_length=200)
    description = models.TextField(max_length=5000)
    category = models.CharField(max_length=50)
    attributes = models.JSONField(
        _("fields of the category"), default=dict, db_default={}, editable=False
    )
    currency = models.CharField(max_length=3, default="EUR", editable=False)
    images = models.TextField(
        blank=True, help_text=_("Paths of uploads, comma-separated.")
    )
    search_text = NormalizedTextField(sources=("title", "description", "location"))
    # What staff say about it to everybody who opens it, by a decision.
    label = models.CharField(
        _("label"),
        max_length=20,
        choices=Decision.Label,
        blank=True,
        default="",
        db_default="",
        editable=False,
    )
    label_decision = models.ForeignKey(
        "audit.Decision",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,  # nobody looks for the row of a decision by this
        verbose_name=_("decision about the label"),
    )

    class Meta(Place.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.title

    @classmethod
    def item_type(cls) -> str:
        """Return the path of the list of its type: "listings"."""
        return cls._meta.app_label


def item_indexes(name: str, *, owner: str, price: str) -> list[models.Index]:
    """Return the indexes of an item type: `name` is the prefix of their names.

    For lists by date, place or price, in one category or in all, in any status. Those
    by place and price cover a search and its count, so that neither reads the table:
    they hold the visible rows alone, with the owner, who may be suspended. The newest
    rows in any status are for staff, and so are the few that were moderated.
    """
    visible = Q(moderation="visible")
    point = ["public_latitude", "public_longitude"]
    return [
        models.Index(fields=["status", "-created_at", "-id"], name=f"{name}_newest"),
        models.Index(
            fields=["status", "category", "-created_at", "-id"],
            name=f"{name}_category",
        ),
        models.Index(fields=["-created_at", "-id"], name=f"{name}_recent"),
        # The figures of a day, without reading the rows.
        models.Index(
            fields=["created_at"], include=["category", *point], name=f"{name}_day"
        ),
        models.Index(fields=["updated_at"], name=f"{name}_changed"),
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
