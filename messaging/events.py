"""What is told of messages: to both sides, with what REST would show.

Its `seq` is the number of the message that an event is about.
"""

import orjson

from core import events
from core.api.renderers import OrjsonRenderer
from messaging.models import Conversation, Message
from messaging.serializers import MessageSerializer

CREATED, UPDATED, READ = "message.created", "message.updated", "message.read"


def message_changed(type: str, message: Message) -> None:
    """Tell both sides; `message` is as `for_display()` fetches it."""
    if events.has_receivers():
        shown = OrjsonRenderer().render(MessageSerializer(message).data)
        events.publish(_pair(message.conversation), type, orjson.loads(shown))


def was_read(conversation: Conversation, *, reader_id: int, seq: int) -> None:
    """Tell both sides that `reader_id` has read up to number `seq`."""
    data = {"conversation_id": conversation.pk, "reader_id": reader_id, "seq": seq}
    events.publish(_pair(conversation), READ, data)


def _pair(conversation: Conversation) -> tuple[int, int]:
    return conversation.participant_1_id, conversation.participant_2_id
