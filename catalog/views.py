"""The list of known categories."""

from django.contrib.auth import get_user_model
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response

from catalog.categories import CATEGORIES
from core.api.viewsets import ApiViewSet

NAMES = inline_serializer(
    "CategoryNames", {code: serializers.CharField() for code in ("lv", "ru", "en")}
)


CATEGORY = inline_serializer(
    "Category", {"slug": serializers.CharField(), "names": NAMES}, many=True
)


class CategoryViewSet(ApiViewSet):
    """The known categories; items may carry others."""

    public_actions = frozenset({"list"})
    pagination_class = None
    queryset = get_user_model().objects.none()

    @extend_schema(
        summary="The known categories of each segment",
        responses=inline_serializer("Categories", dict.fromkeys(CATEGORIES, CATEGORY)),
    )
    def list(self, request):
        return Response(CATEGORIES, headers={"Cache-Control": "public, max-age=3600"})
