"""Query parameters of the list of notifications."""

import django_filters as filters

from core.api.filters import BooleanParam
from notifications.models import Notification


class NotificationFilter(filters.FilterSet):
    """The filters of the list of notifications."""

    unread = BooleanParam(
        field_name="read_at",
        lookup_expr="isnull",
        help_text="True: only unread notifications; false: only read ones.",
    )

    class Meta:
        model = Notification
        fields: list[str] = []
