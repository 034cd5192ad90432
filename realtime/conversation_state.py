"""The state machine of one conversation on one connection. It performs no I/O.

docs/realtime.md shows the diagram; the tests drive it as a table.
"""

from dataclasses import dataclass, field
from enum import Enum


class State(Enum):
    """What the connection does with new messages of the conversation."""

    LIVE = "live"  # the client has everything up to `sent_up_to`: send the next one
    CATCHING_UP = "catching up"  # pages are read from the database
    RESUMING = "resuming"  # the client named a number; the last number is being read
    PAUSED = "paused"  # the resume limit was reached: wait for the next `resume`


class Action(Enum):
    """What the caller must do with a message or an update that has arrived."""

    SEND = "send"
    CATCH_UP = "catch up"  # read it from the database
    IGNORE = "ignore"


@dataclass(slots=True)
class ConversationState:
    """Which messages were sent, and which number to reach.

    `sent_up_to` is the number of the last message that was sent. `catching_up_to` is
    the number to reach. `resume_budget` is how many messages a `resume` may still send;
    None outside of a resume. `changed` holds numbers that were edited or deleted before
    they were sent: a frame or a page that was read earlier shows their old content.
    """

    sent_up_to: int
    state: State = State.LIVE
    catching_up_to: int = 0
    resume_budget: int | None = None
    changed: set[int] = field(default_factory=set)

    # --- What arrives -----------------------------------------------------------------

    def message_created(self, seq: int, *, has_frame: bool) -> Action:
        """Handle a new message. LIVE changes to CATCHING_UP when it cannot be sent.

        `has_frame` is whether the event brought the message itself.
        """
        if seq <= self.sent_up_to or self.state is State.PAUSED:
            return Action.IGNORE
        is_next = seq == self.sent_up_to + 1 and seq not in self.changed
        if self.state is State.LIVE and is_next and has_frame:
            self.sent_up_to = seq
            return Action.SEND
        # While RESUMING or CATCHING_UP the number is only noted: a live message that
        # overtook the page being sent would arrive out of order.
        self.catching_up_to = max(seq, self.catching_up_to)
        if self.state is State.LIVE:
            self.state = State.CATCHING_UP
        return Action.IGNORE if self.state is State.RESUMING else Action.CATCH_UP

    def message_updated(self, seq: int) -> Action:
        """Handle an edit or a deletion. The state stays."""
        if seq <= self.sent_up_to:
            return Action.SEND
        # PAUSED: the next resume reads everything again, so nothing needs to be noted.
        if self.state is not State.PAUSED:
            self.changed.add(seq)
        return Action.IGNORE

    # --- Resuming ---------------------------------------------------------------------

    def start_resume(self) -> None:
        """Change any state to RESUMING, until the last number is read."""
        self.state = State.RESUMING
        # What an earlier resume was to reach no longer counts: the last one does.
        self.catching_up_to = 0

    def resume(self, sent_up_to: int, last_seq: int, *, budget: int) -> None:
        """Change RESUMING to CATCHING_UP, from the client's number to the last one."""
        # A client that names a number that does not exist yet would never be sent it.
        self.sent_up_to = min(sent_up_to, last_seq)
        # `max`: a message may have been written since the last number was read.
        self.catching_up_to = max(last_seq, self.catching_up_to)
        self.resume_budget = budget
        self.state = State.CATCHING_UP

    # --- Pages ------------------------------------------------------------------------

    def start_page(self) -> bool:
        """Return whether a page must be read. Call it before the query."""
        if self.sent_up_to >= self.catching_up_to:
            return False
        # The query reads what was changed until now. Cleared after the query, a change
        # between the two would be forgotten, and its old content sent.
        self.changed.clear()
        return True

    def send_from_page(self, seq: int) -> bool:
        """Return whether a message of the page may be sent, and count it as sent.

        False when the page is outdated: the conversation was resumed from another
        number, or this message was changed, after the page was read.
        """
        is_next = seq == self.sent_up_to + 1 and seq not in self.changed
        if self.state is not State.CATCHING_UP or not is_next:
            return False
        self.sent_up_to = seq
        return True

    def finish_page(self, count: int) -> bool:
        """Handle the end of a page of `count` messages.

        CATCHING_UP changes to LIVE when the number is reached or the page is empty, and
        to PAUSED when the budget of a resume is used up. Returns whether a resume has
        ended with this page.
        """
        if self.state is not State.CATCHING_UP:  # resumed again meanwhile
            return False
        is_resume = self.resume_budget is not None
        if self.resume_budget is not None:
            self.resume_budget -= count
        if count == 0 or self.sent_up_to >= self.catching_up_to:
            self.state = State.LIVE
        elif self.resume_budget is not None and self.resume_budget <= 0:
            self.state = State.PAUSED
        else:
            return False
        self.resume_budget = None
        return is_resume
