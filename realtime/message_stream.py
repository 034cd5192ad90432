"""The messages that one connection is sent: each one once, and in order."""

import asyncio
import logging
from collections.abc import Callable

from django.db import Error as DatabaseError

from realtime import db, queries
from realtime.conversation_state import Action, ConversationState, State
from realtime.protocol import ProtocolError, encode_frame
from realtime.send_buffer import SendBuffer

logger = logging.getLogger("realtime")
MAX_KNOWN_CONVERSATIONS = 500  # whose last number `ready` names
PAGE_MESSAGES = 50
MAX_RESUMED_MESSAGES = 500  # of a conversation, for one `resume`
MAX_RESUMED_CONVERSATIONS = 100  # in one `resume`
RETRY_DELAY_S = 1.0


def message_frame(type: str, message: dict) -> str:
    """Return the `message.created` or `message.updated` frame of a message."""
    fields = {name: message[name] for name in ("conversation_id", "seq")}
    return encode_frame(type, **fields, message=message)


class MessageStream:
    """Decides which messages to send, and reads missing ones from the database.

    Events only name numbers: a message with the next number is sent, an earlier one is
    dropped, and a later one makes the stream read all that are missing. Each
    conversation has a state machine (`ConversationState`). One task reads the pages of
    all conversations that are catching up.
    """

    def __init__(self, user_id: int, send_buffer: SendBuffer, spawn: Callable):
        self._user_id = user_id
        self._send_buffer = send_buffer
        self._spawn = spawn
        # The last numbers when the connection was opened. A conversation gets a state
        # object with its first event: most of 500 never have one.
        self._initial_seqs: dict[int, int] = {}
        self._has_all_initial_seqs = False
        self._conversations: dict[int, ConversationState] = {}
        self._catch_up_task: asyncio.Task | None = None
        self._before_open: list[tuple[int, int]] = []
        self._is_open = False

    # --- Opening ----------------------------------------------------------------------

    async def begin(self) -> dict[int, int]:
        """Read and return the last number of each conversation, for `ready`.

        Raises `DatabaseError`.
        """
        found = await db.run(queries.last_seqs, self._user_id, MAX_KNOWN_CONVERSATIONS)
        self._initial_seqs = dict(found)
        self._has_all_initial_seqs = len(found) < MAX_KNOWN_CONVERSATIONS
        return found

    def open(self) -> None:
        """Send messages from now on, from the numbers of `begin` or `resume`."""
        self._is_open = True
        for conversation_id, seq in self._before_open:
            self.message_created(conversation_id, seq, None)
        self._before_open.clear()

    # --- Events -----------------------------------------------------------------------

    def message_created(
        self, conversation_id: int, seq: int, frame: str | None
    ) -> None:
        """Handle a new message; `frame` is None when only its number is known."""
        if not self._is_open:
            # Sent now, it would come before `ready`, or before the messages of a
            # `resume` in the `auth` frame.
            self._before_open.append((conversation_id, seq))
            return
        conversation = self._conversation(conversation_id, default=seq - 1)
        action = conversation.message_created(seq, has_frame=frame is not None)
        if action is Action.SEND and frame is not None:
            self._send_buffer.put(frame)
        elif action is Action.CATCH_UP:
            self._start_catching_up()

    def message_updated(self, conversation_id: int, seq: int, frame: str) -> None:
        """Handle an edit or a deletion; `frame` is the `message.updated` frame."""
        if not self._knows(conversation_id):
            # One older than `MAX_KNOWN_CONVERSATIONS`. No state is made for it: from
            # the number of an old message it would catch up with all later ones.
            self._send_buffer.put(frame)
            return
        conversation = self._conversation(conversation_id)
        if conversation.message_updated(seq) is Action.SEND:
            self._send_buffer.put(frame)

    async def resume(self, sent_up_to: dict[int, int]) -> None:
        """Send again what follows these numbers, by conversation.

        Raises `ProtocolError` (`not_found`) for conversations of others, after the
        user's own are resumed, and `DatabaseError`, which closes the connection.
        """
        for conversation_id in sent_up_to:
            # RESUMING stops events and pages. Otherwise a message sent during the query
            # would be sent again, or `sent_up_to` would be set back under a page.
            self._conversation(conversation_id).start_resume()
        last_seqs = await db.run(queries.last_seqs_of, self._user_id, sent_up_to)
        for conversation_id, last_seq in last_seqs.items():
            self._conversations[conversation_id].resume(
                sent_up_to[conversation_id], last_seq, budget=MAX_RESUMED_MESSAGES
            )
        if last_seqs:
            self._start_catching_up()
        if unknown := sorted(sent_up_to.keys() - last_seqs.keys()):
            for conversation_id in unknown:
                # A client could otherwise fill the memory with ids of others.
                noted = self._conversations.pop(conversation_id).catching_up_to
                if noted:
                    # It has begun during the query: nobody names this message again.
                    self.message_created(conversation_id, noted, None)
            raise ProtocolError("not_found", f"No conversations of yours: {unknown}.")

    def _knows(self, conversation_id: int) -> bool:
        return (
            self._has_all_initial_seqs
            or conversation_id in self._conversations
            or conversation_id in self._initial_seqs
        )

    def _conversation(
        self, conversation_id: int, *, default: int = 0
    ) -> ConversationState:
        """Return the state of a conversation.

        `default` is what an old conversation, which `begin` did not list, has sent.
        """
        if conversation_id not in self._conversations:
            if self._has_all_initial_seqs:
                default = 0  # one that `begin` did not find has begun since
            sent_up_to = self._initial_seqs.get(conversation_id, default)
            self._conversations[conversation_id] = ConversationState(sent_up_to)
        return self._conversations[conversation_id]

    # --- Catching up ------------------------------------------------------------------

    def _start_catching_up(self) -> None:
        # One task for all conversations: two would read the same page and send it
        # twice, and a client with many conversations would take all database threads.
        if self._catch_up_task is None or self._catch_up_task.done():
            self._catch_up_task = self._spawn(self._catch_up())

    async def _catch_up(self) -> None:
        while (conversation_id := self._next_to_catch_up()) is not None:
            try:
                await self._send_page(conversation_id)
            except DatabaseError:
                logger.warning("a page of messages was not read", exc_info=True)
                await asyncio.sleep(RETRY_DELAY_S)

    def _next_to_catch_up(self) -> int | None:
        return next(
            (
                conversation_id
                for conversation_id, conversation in self._conversations.items()
                if conversation.state is State.CATCHING_UP
            ),
            None,
        )

    async def _send_page(self, conversation_id: int) -> None:
        conversation = self._conversations[conversation_id]
        page = []
        if conversation.start_page():
            page = await db.run(
                queries.messages_after,
                self._user_id,
                conversation_id,
                conversation.sent_up_to,
                PAGE_MESSAGES,
            )
        for message in page:
            # Reading faster than the client does would overflow the buffer.
            await self._send_buffer.wait_for_space()
            # Each await lets other frames and events run: ask again for each message.
            if not conversation.send_from_page(message["seq"]):
                return  # `_catch_up` reads the page again, if it is still needed
            self._send_buffer.put(message_frame("message.created", message))
        if conversation.finish_page(len(page)):
            self._send_resumed(conversation_id, conversation)

    def _send_resumed(
        self, conversation_id: int, conversation: ConversationState
    ) -> None:
        frame = encode_frame(
            "resumed",
            conversation_id=conversation_id,
            seq=conversation.sent_up_to,
            more=conversation.state is State.PAUSED,
        )
        self._send_buffer.put(frame)
