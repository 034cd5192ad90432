"""The categories: all of them, those of one type with their fields, and facets."""

from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.facets import MAX_COUNTED, facets
from catalog.item_types import ITEM_TYPES, ItemType
from catalog.serializers import (
    CategoryNodeSerializer,
    CategoryTreeSerializer,
    FacetsSerializer,
)
from categories import tree
from categories.filters import SCHEMA
from categories.models import LANGUAGES
from core.api.viewsets import ApiViewSet
from core.exceptions import NotFound

NAME_ORDER = ("lv", "ru", "en")
NAMES = inline_serializer(
    "CategoryNames", {code: serializers.CharField() for code in NAME_ORDER}
)
CATEGORY = inline_serializer(
    "Category", {"slug": serializers.CharField(), "names": NAMES}, many=True
)
TYPE = OpenApiParameter(
    "type",
    {"type": "string", "enum": list(ITEM_TYPES)},
    OpenApiParameter.PATH,
    description="The path of the list: `listings`.",
)
SLUG = r"[a-z0-9][a-z0-9-]{0,49}"
SLUG_PARAMETER = OpenApiParameter(
    "slug", {"type": "string", "pattern": f"^{SLUG}$"}, OpenApiParameter.PATH
)
ATTRIBUTES = OpenApiParameter("attr", SCHEMA, style="form", explode=True)
FACETS = (
    "Takes the filters of the list, and counts what the list shows: the counts of each "
    "option, and the least and the largest value. Of the category in the path, with "
    f"those below it. The newest {MAX_COUNTED} items are counted at most."
)


class CategoryViewSet(ApiViewSet):
    """The known categories of each type of item."""

    public_actions = frozenset({"list", "retrieve", "facets"})
    replicated = frozenset({"facets"})
    pagination_class = None
    lookup_field = lookup_url_kwarg = "type"
    lookup_value_regex = "[a-z]{1,20}"
    queryset = get_user_model().objects.none()

    @extend_schema(
        operation_id="categories_listCategories",
        summary="List the known categories",
        description="By type of item, each with its names in three languages.",
        auth=[],
        responses=inline_serializer("Categories", dict.fromkeys(ITEM_TYPES, CATEGORY)),
    )
    def list(self, request: Request) -> Response:
        answer = {row.plural: _named(row) for row in ITEM_TYPES.values()}
        return Response(answer, headers={"Cache-Control": "public, max-age=60"})

    @extend_schema(
        operation_id="categories_getTree",
        summary="List the categories of a type of item, with their fields",
        description="In the language of the reader. `parent` makes the tree.",
        auth=[],
        parameters=[TYPE],
        responses=CategoryTreeSerializer,
    )
    def retrieve(self, request: Request, type: str) -> Response:
        nodes = tree.of(_item_type(type).plural).active
        return Response({"categories": CategoryNodeSerializer().of_all(nodes)})

    @extend_schema(
        operation_id="categories_listFacets",
        summary="Count the values of a category's fields",
        description=FACETS,
        parameters=[TYPE, SLUG_PARAMETER, ATTRIBUTES],
        responses=FacetsSerializer,
    )
    @action(detail=True, url_path=rf"(?P<slug>{SLUG})/facets")
    def facets(self, request: Request, type: str, slug: str) -> Response:
        item_type = _item_type(type)
        node = tree.of(item_type.plural).nodes.get(slug)
        if node is None:
            raise NotFound(_("There is no such category."))
        query = request.query_params.dict() | {"category": slug}
        rows = item_type.viewset.results_for(request.user, query)
        return Response(facets(rows, node.active_fields.values()))


def _item_type(name: str) -> ItemType:
    """Return a type of item. Raises `NotFound` (404)."""
    if name not in ITEM_TYPES:
        raise NotFound(_("There is no such type of item."))
    return ITEM_TYPES[name]


def _named(item_type: ItemType) -> list[dict[str, Any]]:
    """Return the categories of a type that take new items, with their names."""
    nodes = tree.of(item_type.plural).nodes
    if not nodes:
        return [
            _named_category(slug, english, latvian, russian)
            for slug, (latvian, russian, english) in item_type.categories.items()
        ]
    active = (node for node in nodes.values() if node.is_active)
    return [_named_category(node.slug, *node.names) for node in active]


def _named_category(slug: str, *names: str) -> dict[str, Any]:
    by_language = dict(zip(LANGUAGES, names, strict=True))
    return {"slug": slug, "names": {code: by_language[code] for code in NAME_ORDER}}
