"""Favorites: items that a person has marked."""

from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.db.models import PreparedSaves
from favorites.querysets import FavoriteQuerySet
from items.models import Item
from listings.models import Listing
from offerings.models import Offering
from tasks.models import TaskRequest

# The foreign keys of a favorite. A test compares them with the table of item types.
ItemModel = type[TaskRequest] | type[Offering] | type[Listing]
ITEM_TYPES: dict[str, ItemModel] = {
    "task": TaskRequest,
    "offering": Offering,
    "listing": Listing,
}


def _only(name: str) -> Q:
    return Q(**{f"{other}__isnull": other != name for other in ITEM_TYPES})


class Favorite(PreparedSaves):
    """One item of one person: exactly one foreign key of `ITEM_TYPES` is set."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="favorites",
        db_index=False,  # `favorite_newest` begins with it
    )
    task = models.ForeignKey(
        TaskRequest, on_delete=models.CASCADE, null=True, related_name="favorites"
    )
    offering = models.ForeignKey(
        Offering, on_delete=models.CASCADE, null=True, related_name="favorites"
    )
    listing = models.ForeignKey(
        Listing, on_delete=models.CASCADE, null=True, related_name="favorites"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = FavoriteQuerySet.as_manager()
    item_types = tuple(ITEM_TYPES)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="favorite_of_one_item",
                condition=reduce(or_, map(_only, ITEM_TYPES)),
            ),
            *(
                models.UniqueConstraint(
                    fields=["user", name],
                    name=f"favorite_{name}_once",
                    condition=Q(**{f"{name}__isnull": False}),
                )
                for name in ITEM_TYPES
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="favorite_newest")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.item_type} {self.item_id}"

    @property
    def item_type(self) -> str:
        """The name of the foreign key that is set."""
        return next(name for name in ITEM_TYPES if getattr(self, f"{name}_id"))

    @property
    def item_id(self) -> int:
        """The id of the item."""
        return getattr(self, f"{self.item_type}_id")

    @property
    def item(self) -> Item:
        """The item."""
        return getattr(self, self.item_type)
