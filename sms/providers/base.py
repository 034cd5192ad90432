"""What every provider of text messages offers."""

from typing import Protocol


class Provider(Protocol):
    """Hands one message over to somebody who sends it."""

    def send(self, to: str, text: str, key: str, message_id: int) -> str:
        """Return the provider's id of the message. Raises `SendFailed`.

        `message_id` is ours; the provider may name it in its reports.
        """
        ...


class SendFailed(Exception):
    """The message was not handed over, or it is not known whether it was.

    `error` is for staff and contains neither the number nor the text.
    """

    def __init__(
        self,
        error: str,
        *,
        nothing_was_sent: bool,
        is_refused: bool = False,
        is_outage: bool = False,
    ):
        super().__init__(error)
        self.error = error
        self.nothing_was_sent = nothing_was_sent
        self.is_refused = is_refused  # the number, for good
        self.is_outage = is_outage  # the provider is down: ask it less for a while
