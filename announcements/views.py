"""The API of announcements."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.response import Response

from announcements import services
from announcements.models import Announcement
from announcements.serializers import AnnouncementSerializer
from core.api.viewsets import ApiViewSet

READ = inline_serializer(
    "AnnouncementRead",
    {"message": serializers.CharField(), "announcement": AnnouncementSerializer()},
)


class AnnouncementViewSet(ListModelMixin, ApiViewSet):
    """What staff say to many people."""

    queryset = Announcement.objects.newest_first()
    serializer_class = AnnouncementSerializer
    list_key = "announcements"
    public_actions = frozenset({"list"})
    reads_by_role = True  # by language, place and time

    @extend_schema(
        operation_id="announcements_listAnnouncements",
        summary="List the current announcements",
        description="Those for the caller, the newest first; for visitors the public "
        "ones, in the language of `Accept-Language`.",
    )
    def list(self, request):
        return super().list(request)

    @extend_schema(
        operation_id="announcements_markRead",
        summary="Mark an announcement as read",
        description="The time of the first reading stays.",
        request=None,
        responses=READ,
    )
    @action(detail=True, methods=["post"])
    def read(self, request, pk):
        row = self.get_object()
        services.mark_read(row, request.user)
        # Read again: it may have been stopped at the same time.
        data = self.get_serializer(self.get_object()).data
        return Response({"message": _("Marked as read."), "announcement": data})
