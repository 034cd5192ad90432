"""The few pages that belong to no domain."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response

from marketplace.core.categories import CATEGORIES
from marketplace.core.viewsets import ApiViewSet

NAMES = inline_serializer(
    "CategoryNames", {code: serializers.CharField() for code in ("lv", "ru", "en")}
)
CATEGORY = inline_serializer(
    "Category", {"slug": serializers.CharField(), "names": NAMES}, many=True
)


class CategoryViewSet(ApiViewSet):
    """The known categories; items may carry others."""

    public = frozenset({"list"})
    pagination_class = None
    queryset = get_user_model().objects.none()

    @extend_schema(
        summary="The known categories of each segment",
        auth=[],
        responses=inline_serializer("Categories", dict.fromkeys(CATEGORIES, CATEGORY)),
    )
    def list(self, request):
        return Response(CATEGORIES, headers={"Cache-Control": "public, max-age=3600"})


def welcome(request: HttpRequest) -> HttpResponse:
    """A page for whoever has just started the server."""
    return render(request, "welcome.html", {"demo": settings.DEMO})


def health(request: HttpRequest) -> JsonResponse:
    """The process answers. No database."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """The process can serve: its database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": "down"}, status=503)
    return JsonResponse({"status": "ok", "database": "up"})
