"""Domain events of messages: sent to both participants, with what REST shows.

The `seq` of an event is the number of the message that it is about.
"""

from core import events
from core.api.renderers import to_json_types
from messaging.models import Conversation, Message
from messaging.serializers import MessageSerializer

CREATED, UPDATED, READ = "message.created", "message.updated", "message.read"


def message_changed(type: str, message: Message) -> None:
    """Publish `CREATED` or `UPDATED`; `message` is as `for_display()` fetches it."""
    if events.has_receivers():
        payload = to_json_types(MessageSerializer(message).data)
        events.publish(_participant_ids(message.conversation), type, payload)


def messages_read(conversation: Conversation, *, reader_id: int, seq: int) -> None:
    """Publish that `reader_id` has read up to number `seq`."""
    payload = {"conversation_id": conversation.pk, "reader_id": reader_id, "seq": seq}
    events.publish(_participant_ids(conversation), READ, payload)


def _participant_ids(conversation: Conversation) -> tuple[int, int]:
    return conversation.participant_1_id, conversation.participant_2_id
