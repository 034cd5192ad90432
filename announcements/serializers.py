"""The serializer of announcements."""

from typing import Any

from django.utils.translation import get_language
from rest_framework import serializers

from announcements import examples
from announcements.models import Announcement
from core.api.output import Output


class AnnouncementSerializer(Output):
    """An announcement, in the language of its reader."""

    example = examples.ANNOUNCEMENT

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Announcement.Kind.choices)
    title = serializers.CharField()
    text = serializers.CharField()
    language = serializers.CharField(
        help_text="Of the title and the text: another one if they are not translated."
    )
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)
    read = serializers.BooleanField(help_text="By the caller; false for visitors.")

    def to_representation(self, row: Any) -> dict:  # with `read`: see `with_read`
        viewer = self.viewer
        language = viewer.language if viewer else get_language() or ""
        words = row.words_in(language)
        return {
            "id": row.pk,
            "kind": row.kind,
            "title": words.title,
            "text": words.text,
            "language": words.language,
            "starts_at": row.starts_at,
            "ends_at": row.ends_at,
            "read": row.read,
        }
