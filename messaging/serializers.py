"""Conversations, messages and blocks as the API shows and reads them."""

from functools import cached_property
from typing import cast

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from accounts.serializers import UserBrief, UserWithPresence
from core.api.fields import (
    IdField,
    Input,
    MultiLineField,
    OptionalMultiLineField,
    TextField,
)
from core.api.list_fields import BoundedListField
from core.api.output import Output, fields_of
from messaging import examples, links
from messaging.models import Conversation, Message
from messaging.querysets import SUBJECTS
from uploads.models import Upload

MAX_CONTENT_CHARS = 5000
MAX_ATTACHMENTS = 10


class AboutSerializer(Output):
    """The item that is the subject."""

    type = serializers.ChoiceField(choices=SUBJECTS)
    id = serializers.IntegerField()
    title = serializers.CharField(
        allow_null=True, help_text="Null when the item is no longer public."
    )


class SubjectOutput(Output):
    """The subject of a conversation or a message: three ids, and `about`."""

    task_id = serializers.IntegerField(allow_null=True)
    offering_id = serializers.IntegerField(allow_null=True)
    listing_id = serializers.IntegerField(allow_null=True)
    about = serializers.SerializerMethodField()

    @extend_schema_field(AboutSerializer(allow_null=True))
    def get_about(self, row) -> dict | None:
        if row.about is None:
            return None
        type, pk = row.about
        return {"type": type, "id": pk, "title": row.about_title}


class AttachmentSerializer(Output):
    """A private picture, an `Upload`. Its URLs are valid for five minutes."""

    example = examples.ATTACHMENT

    id = serializers.IntegerField()
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes")
    width = serializers.IntegerField(help_text="Pixels")
    height = serializers.IntegerField(help_text="Pixels")
    url = serializers.SerializerMethodField()
    thumbnail_url = serializers.SerializerMethodField()

    @extend_schema_field(serializers.URLField)
    def get_url(self, upload: Upload) -> str:
        """The full URL of the picture."""
        return cast(str, self.absolute(links.signed_path(upload)))

    @extend_schema_field(serializers.URLField)
    def get_thumbnail_url(self, upload: Upload) -> str:
        """The full URL of the thumbnail, a WebP image."""
        return cast(str, self.absolute(links.signed_path(upload, small=True)))


class MessageSerializer(SubjectOutput):
    """A message, as REST and the socket show it."""

    example = examples.MESSAGE
    id = serializers.IntegerField()
    conversation_id = serializers.IntegerField()
    seq = serializers.IntegerField(help_text="Counts from 1 in each conversation.")
    sender_id = serializers.IntegerField()
    sender = UserBrief()
    content = serializers.SerializerMethodField()
    attachments = serializers.SerializerMethodField()
    client_msg_id = serializers.CharField(
        allow_blank=True, help_text="The id that the sender's client gave it."
    )
    is_read = serializers.BooleanField(help_text="By its recipient.")
    is_deleted = serializers.BooleanField(
        help_text="If so, `content` and `attachments` are empty."
    )
    edited_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def get_content(self, message: Message) -> str:
        """The text; empty without one, and for a deleted message."""
        return "" if message.is_deleted else message.content

    @extend_schema_field(AttachmentSerializer(many=True))
    def get_attachments(self, message: Message) -> list[dict]:
        """The pictures; empty for a deleted message."""
        if message.is_deleted:
            return []
        shown = self._attachment.to_representation
        return [shown(one.upload) for one in message.attachments.all()]

    @cached_property
    def _attachment(self) -> AttachmentSerializer:
        return AttachmentSerializer(context=self.context)


class ConversationSerializer(SubjectOutput):
    """A conversation as its reader sees it. `about` is the item that was named last."""

    example = examples.CONVERSATION

    id = serializers.IntegerField()
    participant_1_id = serializers.IntegerField()
    participant_2_id = serializers.IntegerField()
    other_participant = serializers.SerializerMethodField()
    is_blocked = serializers.BooleanField(help_text="By the reader.")
    unread_count = serializers.IntegerField()
    last_seq = serializers.IntegerField(
        help_text="The number of the last message, and so how many there are."
    )
    read_seq = serializers.IntegerField(
        help_text="The number of the last message that the reader has read."
    )
    other_read_seq = serializers.SerializerMethodField()
    last_message = MessageSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def to_representation(self, conversation) -> dict:
        last = conversation.last_message
        if last is not None:  # it has come without what its conversation has
            first, second = conversation.participant_1, conversation.participant_2
            last.conversation = conversation
            last.sender = first if last.sender_id == first.pk else second
            last.about_title = conversation.last_message_about_title
        return super().to_representation(conversation)

    @extend_schema_field(UserWithPresence)
    def get_other_participant(self, conversation) -> dict:
        other = conversation.other_than(self.viewer)
        other.is_hidden = conversation.is_blocked or conversation.is_blocked_by_other
        return self._other.to_representation(other)

    def get_other_read_seq(self, conversation: Conversation) -> int:
        """The number of the last message that the other participant has read."""
        reader = cast(User, self.viewer)  # conversations require a sign-in
        return conversation.read_seq_beside(reader)

    @cached_property
    def _other(self) -> UserWithPresence:
        return UserWithPresence(context=self.context)


class SubjectInput(Input):
    """At most one of three ids. Validates to `about`: `("task", 5)` or None."""

    task_id = IdField(required=False, allow_null=True)
    offering_id = IdField(required=False, allow_null=True)
    listing_id = IdField(required=False, allow_null=True)

    def validate(self, attrs: dict) -> dict:
        ids = {name: attrs.pop(f"{name}_id", None) for name in SUBJECTS}
        named = [(name, pk) for name, pk in ids.items() if pk]
        if len(named) > 1:
            raise serializers.ValidationError(_("A message is about one item."))
        return attrs | {"about": named[0] if named else None}


class ClientMsgId(TextField):
    """An id that the sender's client gives a message, such as a UUID."""

    def __init__(self) -> None:
        sentence = _("Use letters, digits and _.:- without spaces.")
        super().__init__(
            required=False,
            max_length=64,
            validators=[RegexValidator(r"^[A-Za-z0-9_.:-]{1,64}\Z", sentence)],
            help_text="A send that repeats an id returns the message of the first one.",
        )


class MessageInput(SubjectInput):
    """A new message: text, pictures or both."""

    ignored_fields = fields_of(MessageSerializer)

    content = OptionalMultiLineField(max_length=MAX_CONTENT_CHARS)
    attachment_ids = BoundedListField(
        child=IdField(), required=False, max_length=MAX_ATTACHMENTS
    )
    client_msg_id = ClientMsgId()

    def validate(self, attrs: dict) -> dict:
        if not attrs.get("content") and not attrs.get("attachment_ids"):
            sentence = _("Write something, or attach a picture.")
            raise serializers.ValidationError({"content": [sentence]})
        return super().validate(attrs)


class EditInput(Input):
    """The new text of a message."""

    ignored_fields = fields_of(MessageSerializer)
    content = MultiLineField(max_length=MAX_CONTENT_CHARS)


class BlockSerializer(Output):
    """A user that the reader blocks."""

    example = examples.BLOCK

    user_id = serializers.IntegerField(source="blocked_id")
    user = UserBrief(source="blocked")
    created_at = serializers.DateTimeField()


class StartInput(SubjectInput):
    """Two spellings: `user_id, message`, or `participant_id, initial_message`."""

    ignored_fields = fields_of(ConversationSerializer)

    user_id = IdField(required=False, allow_null=True)
    participant_id = IdField(
        required=False, allow_null=True, help_text="The same as `user_id`."
    )
    message = OptionalMultiLineField(max_length=MAX_CONTENT_CHARS)
    initial_message = OptionalMultiLineField(
        max_length=MAX_CONTENT_CHARS, help_text="The same as `message`."
    )
    client_msg_id = ClientMsgId()

    def validate(self, attrs: dict) -> dict:
        user_id = attrs.get("user_id") or attrs.get("participant_id")
        if not user_id:
            sentence = _("Choose a recipient.")
            raise serializers.ValidationError({"user_id": [sentence]})
        return {
            "user_id": user_id,
            "content": attrs.get("message") or attrs.get("initial_message", ""),
            "about": super().validate(attrs)["about"],
            "client_msg_id": attrs.get("client_msg_id", ""),
        }
