"""The API of notifications, and the page that ends e-mails."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts.models import User
from core.api.viewsets import ApiViewSet, PersonalList
from core.exceptions import page_for_people
from notifications import examples, services, unsubscribe
from notifications.filters import NotificationFilter
from notifications.models import Notification
from notifications.serializers import (
    NotificationSerializer,
    PreferencesInput,
    PreferencesSerializer,
)

UNREAD = inline_serializer(
    "UnreadNotifications", {"unread_count": serializers.IntegerField()}
)
READ = inline_serializer(
    "NotificationRead",
    {"message": serializers.CharField(), "notification": NotificationSerializer()},
)
ALL_READ = inline_serializer(
    "NotificationsRead",
    {"message": serializers.CharField(), "marked_read": serializers.IntegerField()},
)


class NotificationViewSet(PersonalList, ApiViewSet):
    """The caller's notifications and notification preferences."""

    queryset = Notification.objects.for_display().newest_first()
    serializer_class = NotificationSerializer
    filterset_class = NotificationFilter
    list_key = "notifications"
    input_serializers = {"set_preference": PreferencesInput}
    examples = examples.EXAMPLES

    @extend_schema(
        operation_id="notifications_listNotifications",
        summary="List the caller's notifications",
        description="The newest first.",
    )
    def list(self, request):
        return super().list(request)

    @extend_schema(
        operation_id="notifications_countUnread",
        summary="Count unread notifications",
        responses=UNREAD,
    )
    @action(
        detail=False,
        url_path="unread-count",
        pagination_class=None,
        filterset_class=None,
    )
    def unread_count(self, request):
        return Response({"unread_count": services.count_unread(request.user)})

    @extend_schema(
        operation_id="notifications_markRead",
        summary="Mark a notification as read",
        request=None,
        responses=READ,
    )
    @action(detail=True, methods=["post"])
    def read(self, request, pk):
        row = self.get_object()
        services.mark_read(row)
        # Read again: it may have been deleted at the same time.
        data = self.get_serializer(self.get_object()).data
        return Response({"message": _("Marked as read."), "notification": data})

    @extend_schema(
        operation_id="notifications_markAllRead",
        summary="Mark all notifications as read",
        request=None,
        responses=ALL_READ,
    )
    @action(detail=False, methods=["post"], url_path="read-all")
    def read_all(self, request):
        count = services.mark_all_read(request.user)
        return Response(
            {
                "message": _("All notifications are marked as read."),
                "marked_read": count,
            }
        )

    @extend_schema(
        operation_id="notifications_deleteNotification",
        summary="Delete a notification",
    )
    def destroy(self, request, pk):
        services.delete(self.get_object())
        return Response({"message": _("Deleted.")})

    @extend_schema(
        operation_id="notifications_getPreferences",
        summary="Get the notification preferences",
        responses=PreferencesSerializer,
    )
    @action(detail=False, pagination_class=None, filterset_class=None)
    def preferences(self, request):
        return Response(self._preferences())

    @extend_schema(
        operation_id="notifications_updatePreferences",
        summary="Update the notification preferences",
        description="Groups and channels that are left out keep their values.",
        responses=PreferencesSerializer,
    )
    @preferences.mapping.put
    def set_preference(self, request):
        for group, changes in self.validated_input(partial=True).items():
            services.set_preference(request.user, group, **changes)
        return Response(self._preferences())

    def _preferences(self) -> dict:
        user = cast(User, self.request.user)  # no action is public
        found = services.get_preferences(user)
        return {group: vars(channels) for group, channels in found.items()}


@never_cache
@csrf_exempt  # mail programs post without a form of ours; the link is signed
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """Unsubscribe on POST; on GET only ask, since virus scanners follow all links."""
    link = unsubscribe.parse_token(token)
    if link is None:
        page = render(request, "notifications/unsubscribe.html", {}, status=404)
        return page_for_people(page)
    if request.method == "POST":
        unsubscribe.unsubscribe(link)
    language = User.objects.filter(pk=link.user_id).values_list("language").first()
    with override(language[0] if language else None):
        context = {
            "group": unsubscribe.describe(link),
            "is_done": request.method == "POST",
        }
        return render(request, "notifications/unsubscribe.html", context)
