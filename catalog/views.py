"""The list of known categories."""

from django.contrib.auth import get_user_model
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.item_types import ITEM_TYPES
from core.api.viewsets import ApiViewSet

LANGUAGES = ("lv", "ru", "en")
NAMES = inline_serializer(
    "CategoryNames", {code: serializers.CharField() for code in LANGUAGES}
)
CATEGORY = inline_serializer(
    "Category", {"slug": serializers.CharField(), "names": NAMES}, many=True
)


class CategoryViewSet(ApiViewSet):
    """The known categories of each type of item."""

    public_actions = frozenset({"list"})
    pagination_class = None
    queryset = get_user_model().objects.none()

    @extend_schema(
        operation_id="categories_listCategories",
        summary="List the known categories",
        description="By type of item, each with its names in three languages.",
        auth=[],
        responses=inline_serializer("Categories", dict.fromkeys(ITEM_TYPES, CATEGORY)),
    )
    def list(self, request: Request) -> Response:
        answer = {
            item_type.plural: [
                {"slug": slug, "names": dict(zip(LANGUAGES, names, strict=True))}
                for slug, names in item_type.categories.items()
            ]
            for item_type in ITEM_TYPES.values()
        }
        return Response(answer, headers={"Cache-Control": "public, max-age=3600"})
