"""The lists that can be asked again and again, and what is told of their items."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Model

from listings.views import ListingViewSet
from marketplace.core.viewsets import ContentViewSet
from notifications.links import path_of
from notifications.services import subject_word
from offerings.views import OfferingViewSet
from tasks.views import TaskViewSet

SIGNS = {"EUR": "€"}


@dataclass(frozen=True)
class Kind:
    """One list."""

    viewset: type[ContentViewSet]
    price: str
    last_status: str  # from which nothing comes back

    @property
    def model(self) -> type[Model]:
        return self.viewset.queryset.model

    @property
    def parameters(self) -> frozenset[str]:
        """What the list takes besides paging."""
        filterset = self.viewset.filterset_class
        return frozenset({*filterset.base_filters, *filterset.place})

    def line(self, item: Model) -> dict:
        """An item as a letter shows it."""
        path = path_of(subject_word(item), item.pk)
        return {"title": item.title, "path": path, "note": self._note(item)}

    def _note(self, item: Model) -> str:
        price = _said(getattr(item, self.price), item.currency)
        return ", ".join(word for word in (price, item.location) if word)


KINDS = {
    "listings": Kind(ListingViewSet, "price", "deleted"),
    "tasks": Kind(TaskViewSet, "budget", "cancelled"),
    "offerings": Kind(OfferingViewSet, "price", "deleted"),
}


def _said(amount: Decimal | None, currency: str) -> str:
    if amount is None:
        return ""
    return f"{amount:.2f}".removesuffix(".00") + f" {SIGNS.get(currency, currency)}"
