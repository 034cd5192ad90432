"""Viewsets of favorites."""

from typing import cast

from django.http import QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.api.pagination import PersonalPages
from core.api.params import MAX_INT_DIGITS, parse_int
from core.api.viewsets import ApiViewSet, PersonalList
from core.exceptions import ValidationFailed
from favorites import examples, services
from favorites.filters import FavoriteFilter
from favorites.models import ITEM_TYPES, Favorite
from favorites.serializers import (
    FavoriteInput,
    FavoriteRowSerializer,
    FavoriteSerializer,
)

TOGGLED = inline_serializer(
    "FavoriteToggled",
    {
        "message": serializers.CharField(),
        "is_favorited": serializers.BooleanField(),
        "favorite": FavoriteSerializer(allow_null=True),
    },
)
CHECKED = inline_serializer(
    "FavoritesChecked",
    {
        "favorites": serializers.DictField(child=serializers.BooleanField()),
        "is_favorited": serializers.BooleanField(),
    },
)
COUNTED = inline_serializer(
    "FavoritesCounted",
    {
        name: serializers.IntegerField()
        for name in ("total", *(f"{name}s" for name in ITEM_TYPES))
    },
)
TYPES = "|".join(ITEM_TYPES)
CHECK_PARAMETERS = [
    OpenApiParameter("items", str, description="Such as `task:1,listing:3`."),
    OpenApiParameter("item_type", str, description="Instead, for one item: its type,"),
    OpenApiParameter("item_id", str, description="and its id."),
]


class FavoriteViewSet(PersonalList, ApiViewSet):
    """One's own favorites, but for those of items that one may no longer open."""

    queryset = Favorite.objects.for_display().newest_first()
    serializer_class = FavoriteRowSerializer
    filterset_class = FavoriteFilter
    pagination_class = PersonalPages
    list_key = "favorites"
    input_serializers = {"create": FavoriteInput}
    examples = {"create": examples.TOGGLE}

    @extend_schema(
        operation_id="favorites_listFavorites",
        summary="List the caller's favorites",
        description="The newest first.",
    )
    def list(self, request: Request) -> Response:
        return super().list(request)

    @extend_schema(
        operation_id="favorites_toggleFavorite",
        summary="Toggle an item as a favorite",
        responses={200: TOGGLED},
    )
    def create(self, request: Request) -> Response:
        favorite = services.toggle(
            user=cast(User, request.user), **self.validated_input()
        )
        shown = FavoriteSerializer(favorite).data if favorite else None
        message = _("Added to favorites.") if favorite else _("Removed from favorites.")
        return Response(
            {"message": message, "is_favorited": bool(favorite), "favorite": shown}
        )

    @extend_schema(operation_id="favorites_deleteFavorite", summary="Delete a favorite")
    def destroy(self, request: Request, pk: str) -> Response:
        get_object_or_404(Favorite, user=request.user, pk=pk).delete()
        return Response({"message": _("Removed from favorites.")})

    @extend_schema(
        operation_id="favorites_deleteFavoriteOfItem",
    )
    @action(
        detail=False,
        methods=["delete"],
        url_path=rf"item/(?P<item_type>{TYPES})/(?P<item_id>[0-9]{{1,18}})",
    )
    def item(self, request: Request, item_type: str, item_id: str) -> Response:
        """Delete the favorite of an item."""
        fields = {item_type: item_id, "user": request.user}
        get_object_or_404(Favorite, **fields).delete()
        return Response({"message": _("Removed from favorites.")})

    @extend_schema(
        operation_id="favorites_checkFavorites",
        responses=CHECKED,
        parameters=CHECK_PARAMETERS,
    )
    @action(detail=False, pagination_class=None, filterset_class=None)
    def check(self, request: Request) -> Response:
        """Check which items are favorites."""
        items = _requested_items(request.query_params)
        user = cast(User, request.user)
        found = services.are_favorites(user=user, items=items)
        return Response({"favorites": found, "is_favorited": any(found.values())})

    @extend_schema(
        operation_id="favorites_countFavorites",
        responses=COUNTED,
    )
    @action(detail=False, pagination_class=None, filterset_class=None)
    def count(self, request: Request) -> Response:
        """Count the caller's favorites."""
        return Response(self.get_queryset().count_by_type())


def _requested_items(query: QueryDict) -> dict[str, tuple[str, int]]:
    """The items of either form of the query: text → (type, id), if well-formed."""
    one = f"{query.get('item_type', '')}:{query.get('item_id', '')}"
    words = query.get("items") or one
    if words == ":":
        raise ValidationFailed(_("Give items: ?items=task:1,listing:3."))
    pairs = {word.strip(): word.strip().partition(":") for word in words.split(",")}
    return {
        word: (name, item_id)
        for word, (name, _colon, number) in pairs.items()
        if name in ITEM_TYPES
        and len(number) <= MAX_INT_DIGITS
        and (item_id := parse_int(number)) is not None
    }
