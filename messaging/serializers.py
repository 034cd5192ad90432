from functools import cached_property

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import UserBrief
from marketplace.core.serializers import BlankableText, Id, Input, Output, Text
from messaging.models import SUBJECTS

LONGEST = 5000


class SubjectOutput(Output):
    task_id = serializers.IntegerField(allow_null=True)
    offering_id = serializers.IntegerField(allow_null=True)
    listing_id = serializers.IntegerField(allow_null=True)


class MessageSerializer(SubjectOutput):
    id = serializers.IntegerField()
    conversation_id = serializers.IntegerField()
    seq = serializers.IntegerField(help_text="Counts from 1 in each conversation.")
    sender_id = serializers.IntegerField()
    sender = UserBrief()
    content = serializers.CharField()
    is_read = serializers.BooleanField(help_text="By the one it was written to.")
    created_at = serializers.DateTimeField()


class ConversationSerializer(SubjectOutput):
    """As its reader sees it; its subject is the item that was named last."""

    id = serializers.IntegerField()
    participant_1_id = serializers.IntegerField()
    participant_2_id = serializers.IntegerField()
    other_participant = serializers.SerializerMethodField()
    unread_count = serializers.IntegerField()
    last_message = MessageSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @extend_schema_field(UserBrief)
    def get_other_participant(self, conversation) -> dict:
        return self._brief.to_representation(conversation.other_than(self.viewer))

    @cached_property
    def _brief(self) -> UserBrief:
        return UserBrief(context=self.context)


class SubjectInput(Input):
    """Of the three ids one at most; `about` is its name and value, or None."""

    task_id = Id(required=False, allow_null=True)
    offering_id = Id(required=False, allow_null=True)
    listing_id = Id(required=False, allow_null=True)

    def validate(self, attrs: dict) -> dict:
        ids = {name: attrs.pop(f"{name}_id", None) for name in SUBJECTS}
        named = [(name, pk) for name, pk in ids.items() if pk]
        if len(named) > 1:
            raise serializers.ValidationError(_("A message is about one item."))
        return attrs | {"about": named[0] if named else None}


class MessageInput(SubjectInput):
    content = Text(max_length=LONGEST)


class StartInput(SubjectInput):
    """Two dialects: `user_id, message`, or `participant_id, initial_message`."""

    user_id = Id(required=False, allow_null=True)
    participant_id = Id(
        required=False, allow_null=True, help_text="The same as `user_id`."
    )
    message = BlankableText(max_length=LONGEST)
    initial_message = BlankableText(
        max_length=LONGEST, help_text="The same as `message`."
    )

    def validate(self, attrs: dict) -> dict:
        user_id = attrs.get("user_id") or attrs.get("participant_id")
        if not user_id:
            sentence = _("Say to whom you are writing.")
            raise serializers.ValidationError({"user_id": [sentence]})
        return {
            "user_id": user_id,
            "content": attrs.get("message") or attrs.get("initial_message", ""),
            "about": super().validate(attrs)["about"],
        }
