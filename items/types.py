"""The registry of item types. `catalog.item_types` fills it, one row for each type.

It stands here so that packages below or beside `catalog` can read it while a request
is served.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import cast

from django.utils.functional import Promise

from categories import filters as categories
from core.api.output import Output
from core.workflow import Workflow
from items.filters import fields_of_category
from items.models import Item
from items.querysets import ContentQuerySet
from items.viewsets import ContentViewSet
from notifications import withholding
from notifications.client_urls import path_of
from notifications.services import subject_type_of
from search.filters import SearchFilter

CURRENCY_SIGNS = {"EUR": "€"}


@dataclass(frozen=True, kw_only=True)
class ItemType:
    """One type of item, with all that features across types need to know of it."""

    name: str  # "task": a single item, in the API
    plural: str  # "tasks": the path of the list, and the key in `ITEM_TYPES`
    label: str | Promise  # of the list, in the admin
    viewset: type[ContentViewSet]
    # Without rows of the type in the database. Slug: Latvian, Russian, English.
    categories: dict[str, tuple[str, str, str]]
    final_status: str  # no transition leaves it
    moderation: Workflow  # the table of decisions of staff
    workflows: Mapping[str, Workflow]  # title in docs/workflow.md: table
    icon: str  # of the page in the admin's menu
    # Further pages of the type in the admin: model label, icon.
    related_pages: tuple[tuple[str, str], ...] = field(default=())

    @property
    def model(self) -> type[Item]:
        """The model of the type."""
        return self.viewset.queryset.model

    @property
    def list_serializer(self) -> type[Output]:
        """The serializer of a row of the list."""
        return self.viewset.list_serializer_class or self.viewset.serializer_class

    @property
    def filterset(self) -> type[SearchFilter]:
        """The FilterSet of the list."""
        return cast(type[SearchFilter], self.viewset.filterset_class)

    @property
    def rows(self) -> ContentQuerySet:
        """All rows of the type, in any status."""
        return cast(ContentQuerySet, self.model._default_manager.all())

    @property
    def parameters(self) -> frozenset[str]:
        """The query parameters of the list, but for those of pagination."""
        return frozenset({*self.filterset.base_filters, *self.filterset.place})

    def takes(self, name: str, query: Mapping[str, str]) -> bool:
        """Return whether `name` is a parameter of the list, with those of `query`.

        The parameters of typed fields go with the category that has the fields.
        """
        if not name.startswith(categories.PREFIX):
            return name in self.parameters
        fields = fields_of_category(self.model, query).values()
        return any(name in categories.names_of(field) for field in fields)

    def summary(self, item: Item) -> dict[str, str]:
        """Return the title, client path and note (price, place) of an item."""
        price = _format_price(getattr(item, item.price_field), item.currency)
        return {
            "title": item.title,
            "path": path_of(subject_type_of(item), item.pk),
            "note": ", ".join(part for part in (price, item.location) if part),
        }


ITEM_TYPES: dict[str, ItemType] = {}


def register(*rows: ItemType) -> None:
    """Add rows to `ITEM_TYPES`, in their order.

    Notifications withhold the titles of their items that are hidden.
    """
    ITEM_TYPES.update({row.plural: row for row in rows})
    for row in rows:
        withholding.register(row.name, row.rows.hidden)


def for_model(model: type[Item]) -> ItemType:
    """Return the row of a model. Raises `StopIteration` if it has none."""
    return next(row for row in ITEM_TYPES.values() if row.model is model)


def _format_price(amount: Decimal | None, currency: str) -> str:
    if amount is None:
        return ""
    sign = CURRENCY_SIGNS.get(currency, currency)
    return f"{amount:.2f}".removesuffix(".00") + f" {sign}"
