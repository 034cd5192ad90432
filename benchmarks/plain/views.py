"""Ordinary viewsets of the product's models."""

from typing import Any

from django.db.models import Count, F, FloatField, Q, QuerySet
from django.db.models.functions import ACos, Cos, Least, Radians, Sin
from django_filters import rest_framework as filters
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.models import Session
from alerts.models import SavedSearch
from benchmarks.plain import serializers
from benchmarks.plain.pages import LongPages, Pages
from favorites.models import Favorite
from listings.models import Listing
from messaging.models import Conversation, Message
from notifications.models import Notification
from offerings.models import Offering
from reviews.models import Review
from tasks.models import TaskApplication, TaskRequest

EARTH_KM = 6371
KM_PER_DEGREE = 111.2


class ItemFilter(filters.FilterSet):
    category = filters.CharFilter()
    search = filters.CharFilter(method="with_words")

    def with_words(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        return rows.filter(Q(title__icontains=value) | Q(description__icontains=value))


class TaskFilter(ItemFilter):
    min_price = filters.NumberFilter("budget", "gte")
    max_price = filters.NumberFilter("budget", "lte")

    class Meta:
        model = TaskRequest
        fields = ["category", "status"]


class ListingFilter(ItemFilter):
    class Meta:
        model = Listing
        fields = ["category", "status"]


class OfferingFilter(ItemFilter):
    class Meta:
        model = Offering
        fields = ["category", "status"]


class TaskViewSet(ReadOnlyModelViewSet):
    serializer_class = serializers.TaskSerializer
    filterset_class = TaskFilter
    queryset = (
        TaskRequest.objects.filter(moderation="visible", creator__is_active=True)
        .select_related("creator", "assigned_to")
        .order_by("-created_at", "-id")
    )

    def get_queryset(self) -> QuerySet:
        rows = super().get_queryset()
        if self.action != "list":
            return rows
        rows = rows.filter(status="open")
        query = self.request.query_params
        if "latitude" in query and "radius" in query:
            names = ("latitude", "longitude", "radius")
            return _nearest(rows, *(float(query[name]) for name in names))
        return rows

    def get_serializer_class(self) -> type:
        near = self.action == "list" and "latitude" in self.request.query_params
        return serializers.NearTaskSerializer if near else self.serializer_class

    @action(detail=False, filterset_class=None, pagination_class=LongPages)
    def created(self, request) -> Response:
        pending = Count("applications", filter=Q(applications__status="pending"))
        rows = self.queryset.filter(creator=request.user)
        rows = rows.annotate(pending_applications_count=pending)
        return self._page(rows, serializers.CreatedTaskSerializer)

    @action(detail=False, filterset_class=None, pagination_class=LongPages)
    def my(self, request) -> Response:
        rows = self.queryset.filter(assigned_to=request.user)
        return self._page(rows, serializers.TaskSerializer)

    @action(
        detail=False,
        url_path="my-applications",
        filterset_class=None,
        pagination_class=LongPages,
    )
    def my_applications(self, request) -> Response:
        rows = TaskApplication.objects.filter(applicant=request.user).select_related(
            "applicant", "task__creator", "task__assigned_to"
        )
        rows = rows.order_by("-created_at", "-id")
        return self._page(rows, serializers.OwnApplicationSerializer)

    @action(detail=True, filterset_class=None, pagination_class=LongPages)
    def applications(self, request, pk: str) -> Response:
        task = self.get_object()
        rows = task.applications.select_related("applicant")
        rows = rows.order_by("-created_at", "-id")
        return self._page(rows, serializers.ApplicationSerializer)

    @action(detail=False, filterset_class=None, pagination_class=None)
    def notifications(self, request) -> Response:
        user = request.user
        applications = TaskApplication.objects
        return Response(
            {
                "pending_applications": applications.filter(
                    task__creator=user, task__status="open", status="pending"
                ).count(),
                "pending_confirmation": TaskRequest.objects.filter(
                    creator=user, status="pending_confirmation"
                ).count(),
                "accepted_applications": applications.filter(
                    applicant=user, status="accepted"
                ).count(),
            }
        )

    def _page(self, rows: QuerySet, serializer: type) -> Response:
        page = self.paginate_queryset(rows)
        shown = serializer(page, many=True, context=self.get_serializer_context())
        return self.get_paginated_response(shown.data)


class ListingViewSet(ReadOnlyModelViewSet):
    serializer_class = serializers.ListingSerializer
    filterset_class = ListingFilter
    queryset = (
        Listing.objects.filter(
            moderation="visible", status="active", seller__is_active=True
        )
        .select_related("seller")
        .order_by("-created_at", "-id")
    )


class OfferingViewSet(ReadOnlyModelViewSet):
    serializer_class = serializers.OfferingSerializer
    filterset_class = OfferingFilter
    queryset = (
        Offering.objects.filter(
            moderation="visible", status="active", creator__is_active=True
        )
        .select_related("creator")
        .order_by("-created_at", "-id")
    )


class Own(ReadOnlyModelViewSet):
    """Rows of the caller."""

    pagination_class: Any = LongPages
    owner_field = "user"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().filter(**{self.owner_field: self.request.user})


class FavoriteViewSet(Own):
    serializer_class = serializers.FavoriteSerializer
    queryset = Favorite.objects.select_related(
        "task__creator", "task__assigned_to", "listing__seller", "offering__creator"
    ).order_by("-created_at", "-id")

    @action(detail=False, pagination_class=None)
    def check(self, request) -> Response:
        asked = [word.split(":") for word in request.query_params["items"].split(",")]
        found = Q(pk=None)
        for name, pk in asked:
            found |= Q(**{f"{name}_id": pk})
        rows = self.get_queryset().select_related(None).filter(found)
        marked = {(row.item_type, row.item_id) for row in rows}
        shown = {f"{name}:{pk}": (name, int(pk)) in marked for name, pk in asked}
        return Response({"favorites": shown, "is_favorited": any(shown.values())})


class ConversationViewSet(ReadOnlyModelViewSet):
    serializer_class = serializers.ConversationSerializer
    pagination_class = LongPages
    queryset = Conversation.objects.select_related(
        *("participant_1", "participant_2"),
        *("last_message__sender", "last_message__conversation"),
    ).prefetch_related("last_message__attachments__upload")

    def get_queryset(self) -> QuerySet:
        user = self.request.user
        mine = Q(participant_1=user) | Q(participant_2=user)
        unread = Q(messages__seq__gt=F("read_seq_1"), participant_1=user)
        unread |= Q(messages__seq__gt=F("read_seq_2"), participant_2=user)
        others = ~Q(messages__sender=user)
        count = Count("messages", filter=unread & others)
        rows = super().get_queryset().filter(mine).annotate(unread_count=count)
        return rows.order_by("-updated_at", "-id")

    @action(detail=True)
    def messages(self, request, pk: str) -> Response:
        rows = Message.objects.filter(conversation=self.get_object())
        rows = rows.select_related("sender", "conversation").order_by("seq")
        page = self.paginate_queryset(rows.prefetch_related("attachments__upload"))
        shown = serializers.MessageSerializer(page, many=True)
        return self.get_paginated_response(shown.data)


class MessageViewSet(ReadOnlyModelViewSet):
    serializer_class = serializers.MessageSerializer
    queryset = Message.objects.order_by("-id")

    @action(detail=False, url_path="unread-count", pagination_class=None)
    def unread_count(self, request) -> Response:
        user, seq = request.user, F("conversation__read_seq_1")
        first = Q(conversation__participant_1=user, seq__gt=seq)
        seq = F("conversation__read_seq_2")
        second = Q(conversation__participant_2=user, seq__gt=seq)
        rows = Message.objects.filter(first | second).exclude(sender=user)
        return Response({"unread_count": rows.count()})


class NotificationViewSet(Own):
    serializer_class = serializers.NotificationSerializer
    pagination_class = Pages
    owner_field = "recipient"
    queryset = Notification.objects.filter(in_app=True).order_by("-id")

    @action(detail=False, url_path="unread-count", pagination_class=None)
    def unread_count(self, request) -> Response:
        rows = self.get_queryset().filter(read_at=None)
        return Response({"unread_count": rows.count()})


class ReviewViewSet(ReadOnlyModelViewSet):
    """Reviews of the person in the path."""

    serializer_class = serializers.ReviewSerializer
    pagination_class = LongPages
    queryset = (
        Review.objects.filter(moderation="visible")
        .select_related("reviewer", "reviewed_user", "task")
        .order_by("-created_at", "-id")
    )

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().filter(reviewed_user=self.kwargs["person"])


class SavedSearchViewSet(Own):
    serializer_class = serializers.SavedSearchSerializer
    queryset = SavedSearch.objects.order_by("-created_at", "-id")


class SessionViewSet(Own):
    serializer_class = serializers.SessionSerializer
    queryset = Session.objects.filter(ended_at=None).order_by("-last_used_at")


def _nearest(rows: QuerySet, latitude: float, longitude: float, km: float) -> QuerySet:
    """Return the rows within `km`, nearest first, by the spherical law of cosines."""
    north = km / KM_PER_DEGREE
    east = 2 * north  # enough up to 60 degrees north
    here, there = Radians(latitude), Radians(F("public_latitude"))
    turn = Cos(Radians(F("public_longitude")) - Radians(longitude))
    cosine = Sin(here) * Sin(there) + Cos(here) * Cos(there) * turn
    distance = EARTH_KM * ACos(Least(1.0, cosine), output_field=FloatField())
    box = rows.filter(
        public_latitude__range=(latitude - north, latitude + north),
        public_longitude__range=(longitude - east, longitude + east),
    )
    return (
        box.annotate(distance=distance)
        .filter(distance__lte=km)
        .order_by("distance", "-id")
    )
