"""The one table of the types of items. What runs across them is read off it."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Model

from items.viewsets import ContentViewSet
from listings.views import ListingViewSet
from notifications.client_urls import path_of
from notifications.services import subject_type_of
from offerings.views import OfferingViewSet
from tasks.views import TaskViewSet

SIGNS = {"EUR": "€"}


@dataclass(frozen=True)
class ItemType:
    """One type of item: the row that adds it to everything that runs across types."""

    name: str  # "task": what the API calls one of them
    plural: str  # "tasks": the path of its list
    viewset: type[ContentViewSet]
    price_field: str
    last_status: str  # from which nothing comes back

    @property
    def model(self) -> type[Model]:
        return self.viewset.queryset.model

    @property
    def filterset(self) -> type:
        return self.viewset.filterset_class

    @property
    def parameters(self) -> frozenset[str]:
        """What the list takes besides paging."""
        return frozenset({*self.filterset.base_filters, *self.filterset.place})

    def line(self, item: Model) -> dict:
        """An item as a letter shows it."""
        path = path_of(subject_type_of(item), item.pk)
        return {"title": item.title, "path": path, "note": self._note(item)}

    def _note(self, item: Model) -> str:
        price = _said(getattr(item, self.price_field), item.currency)
        return ", ".join(word for word in (price, item.location) if word)


ITEM_TYPES = {
    row.plural: row
    for row in (
        ItemType("task", "tasks", TaskViewSet, "budget", "cancelled"),
        ItemType("listing", "listings", ListingViewSet, "price", "deleted"),
        ItemType("offering", "offerings", OfferingViewSet, "price", "deleted"),
    )
}


def _said(amount: Decimal | None, currency: str) -> str:
    if amount is None:
        return ""
    return f"{amount:.2f}".removesuffix(".00") + f" {SIGNS.get(currency, currency)}"
