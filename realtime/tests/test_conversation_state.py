"""The state machine of a conversation, as a table. docs/realtime.md draws it."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from realtime.conversation_state import Action, ConversationState, State

LIVE, CATCHING_UP = State.LIVE, State.CATCHING_UP
RESUMING, PAUSED = State.RESUMING, State.PAUSED
SENT_UP_TO = 10  # in every state of the table


def in_state(state: State) -> ConversationState:
    """A conversation whose messages 1 to 10 were sent; 12 exist, or more."""
    conversation = ConversationState(SENT_UP_TO)
    if state is not LIVE:
        conversation.start_resume()
    if state in (CATCHING_UP, PAUSED):
        conversation.resume(SENT_UP_TO, 12, budget=1)
    if state is PAUSED:
        conversation.sent_up_to = 9
        conversation.send_from_page(10)
        conversation.finish_page(1)
    assert (conversation.state, conversation.sent_up_to) == (state, SENT_UP_TO)
    return conversation


def created(seq: int, *, has_frame: bool = True):
    return lambda one: one.message_created(seq, has_frame=has_frame)


def updated(seq: int):
    return lambda one: one.message_updated(seq)


def resumed(sent_up_to: int, last_seq: int, budget: int = 500):
    return lambda one: one.resume(sent_up_to, last_seq, budget=budget)


def page(*seqs: int):
    """Read and send a page; return whether a resume has ended."""

    def send(one: ConversationState) -> bool:
        one.start_page()
        return all(map(one.send_from_page, seqs)) and one.finish_page(len(seqs))

    return send


SEND, CATCH_UP, IGNORE = Action.SEND, Action.CATCH_UP, Action.IGNORE
TABLE = [  # state, what happens, result, next state, sent up to
    (LIVE, created(11), SEND, LIVE, 11),
    (LIVE, created(10), IGNORE, LIVE, 10),
    (LIVE, created(11, has_frame=False), CATCH_UP, CATCHING_UP, 10),
    (LIVE, created(13), CATCH_UP, CATCHING_UP, 10),
    (LIVE, updated(10), SEND, LIVE, 10),
    (LIVE, updated(11), IGNORE, LIVE, 10),
    (LIVE, ConversationState.start_resume, None, RESUMING, 10),
    (LIVE, ConversationState.start_page, False, LIVE, 10),
    (CATCHING_UP, created(11), CATCH_UP, CATCHING_UP, 10),
    (CATCHING_UP, updated(11), IGNORE, CATCHING_UP, 10),
    (CATCHING_UP, ConversationState.start_resume, None, RESUMING, 10),
    (CATCHING_UP, ConversationState.start_page, True, CATCHING_UP, 10),
    (CATCHING_UP, page(11, 12), True, LIVE, 12),
    (CATCHING_UP, page(), True, LIVE, 10),
    (CATCHING_UP, page(11), True, PAUSED, 11),  # the budget is 1
    (CATCHING_UP, page(12), False, CATCHING_UP, 10),  # an outdated page
    (RESUMING, created(11), IGNORE, RESUMING, 10),
    (RESUMING, updated(10), SEND, RESUMING, 10),
    (RESUMING, updated(11), IGNORE, RESUMING, 10),
    (RESUMING, ConversationState.start_resume, None, RESUMING, 10),
    (RESUMING, resumed(5, 12), None, CATCHING_UP, 5),
    (RESUMING, resumed(99, 12), None, CATCHING_UP, 12),
    (RESUMING, page(11), False, RESUMING, 10),  # a page that was read before
    (PAUSED, created(11), IGNORE, PAUSED, 10),
    (PAUSED, updated(10), SEND, PAUSED, 10),
    (PAUSED, updated(11), IGNORE, PAUSED, 10),
    (PAUSED, ConversationState.start_resume, None, RESUMING, 10),
]


@pytest.mark.parametrize(("state", "happens", "result", "then", "sent_up_to"), TABLE)
def test_transition(state, happens, result, then, sent_up_to):
    conversation = in_state(state)
    assert happens(conversation) == result
    assert (conversation.state, conversation.sent_up_to) == (then, sent_up_to)


def test_the_diagram_shows_the_transitions_of_the_table():
    text = (Path(settings.BASE_DIR) / "docs/realtime.md").read_text()
    drawn = set(re.findall(r"^ +([A-Z_]+) --> ([A-Z_]+)", text, re.MULTILINE))
    changes = {(row[0].name, row[3].name) for row in TABLE if row[0] is not row[3]}
    assert drawn == changes


def test_a_message_changed_before_it_is_sent_is_read_again():
    conversation = in_state(LIVE)
    conversation.message_updated(11)
    assert conversation.message_created(11, has_frame=True) is CATCH_UP
    assert page(11)(conversation) is False  # no resume has ended
    assert (conversation.state, conversation.sent_up_to) == (LIVE, 11)


def test_a_message_changed_after_its_page_was_read_is_not_sent():
    conversation = in_state(CATCHING_UP)
    conversation.start_page()
    conversation.message_updated(11)
    assert not conversation.send_from_page(11)
    assert page(11, 12)(conversation)


def test_a_message_written_while_the_last_number_is_read_is_reached():
    conversation = in_state(RESUMING)
    conversation.message_created(13, has_frame=True)
    conversation.resume(11, 12, budget=500)
    assert not page(12)(conversation)
    assert page(13)(conversation)
