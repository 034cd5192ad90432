"""Serializers of notifications and of notification preferences."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from rest_framework import serializers

from core.api.fields import Input, StrictBooleanField
from core.api.output import Output
from notifications import examples, withholding
from notifications.models import Notification
from notifications.rendering import render
from notifications.types import NOTIFICATION_TYPES, Group

KINDS = tuple(NOTIFICATION_TYPES)


class SubjectSerializer(serializers.Serializer):
    """What a notification is about."""

    type = serializers.CharField(help_text="Such as task, listing or conversation.")
    id = serializers.IntegerField()


class NotificationSerializer(Output):
    """A notification, rendered in the language of its recipient."""

    example = examples.NOTIFICATION

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=KINDS)
    group = serializers.ChoiceField(
        choices=Group.choices,
        help_text="The group of its kind; preferences are set by group.",
    )
    title = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(
        allow_blank=True,
        help_text="Why it was decided, as written by staff or by the other person.",
    )
    path = serializers.CharField(help_text="Path of the client's page.")
    subject = SubjectSerializer(allow_null=True)
    facts = serializers.DictField(help_text="The parameters of the title and the text.")
    is_read = serializers.BooleanField()
    read_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def of_all(self, instances: Iterable[Notification]) -> list[dict]:
        rows = list(instances)
        withholding.mark(rows)
        with override(self._language):  # once: it costs as much as a text
            return [self._shown(row) for row in rows]

    def to_representation(self, row: Notification) -> dict:
        with override(self._language):
            return self._shown(row)

    def _shown(self, row: Notification) -> dict:
        rendered = render(row)
        notification_type = NOTIFICATION_TYPES.get(row.kind)
        return {
            "id": row.pk,
            "kind": row.kind,
            "group": notification_type.group.value if notification_type else "",
            "title": rendered.title,
            "text": rendered.text,
            "reason": rendered.reason,
            "path": rendered.path,
            "subject": self._subject(row),
            "facts": rendered.facts,
            "is_read": row.is_read,
            "read_at": row.read_at,
            "created_at": row.created_at,
        }

    @property
    def _language(self) -> str:
        return self.viewer.language if self.viewer else self.context["language"]

    def _subject(self, row: Notification) -> dict | None:
        if not row.subject_type:
            return None
        return {"type": row.subject_type, "id": row.subject_id}


class ChannelsSerializer(serializers.Serializer):
    """The channels of one group of notifications."""

    in_app = serializers.BooleanField()
    email = serializers.BooleanField()


class ChannelsInput(Input):
    """The channels to change; the others stay."""

    in_app = StrictBooleanField(required=False)
    email = StrictBooleanField(required=False)
    default_error_messages = {
        "invalid": _("Give true or false for `in_app` and for `email`.")
    }


PreferencesSerializer = type(
    "PreferencesSerializer",
    (serializers.Serializer,),
    {group.value: ChannelsSerializer() for group in Group},
)
PreferencesInput = type(
    "PreferencesInput",
    (Input,),
    {group.value: ChannelsInput(required=False) for group in Group},
)
