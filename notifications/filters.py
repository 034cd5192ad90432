import django_filters as filters

from marketplace.core.filters import Flag
from notifications.models import Notification


class NotificationFilter(filters.FilterSet):
    unread = Flag(
        field_name="read_at",
        lookup_expr="isnull",
        help_text="True: the unread alone; false: the read.",
    )

    class Meta:
        model = Notification
        fields: list[str] = []
