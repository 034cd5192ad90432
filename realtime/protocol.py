"""Frames and close codes of the socket. docs/asyncapi.yaml describes them."""

from enum import IntEnum

from core.api.parsers import parse_json
from core.api.renderers import to_json

VERSION = 1
MAX_FRAME_BYTES = 64 * 1024
MAX_ID_DIGITS = 19  # of 2**63 - 1


class CloseCode(IntEnum):
    """Why the server closes a connection."""

    TRY_AGAIN_LATER = 1013  # the database is unavailable, or maintenance began
    SIGNED_OUT = 4401
    SUSPENDED = 4403
    AUTH_TIMEOUT = 4408
    FRAME_TOO_LARGE = 4409
    LIMIT_EXCEEDED = 4429
    READER_TOO_SLOW = 4430


class ProtocolError(Exception):
    """The client's frame is invalid. The server answers it with an `error` frame."""

    def __init__(self, code: str, sentence: str):
        super().__init__(sentence)
        self.code = code


class CloseConnection(Exception):
    """The server must close the connection with `code`."""

    def __init__(self, code: CloseCode | None):
        super().__init__(code)
        self.code = code


class ClientDisconnected(CloseConnection):
    """The client has closed the connection already: there is no code to send."""

    def __init__(self) -> None:
        super().__init__(None)


def encode_frame(type: str, **fields: object) -> str:
    """Return a frame of the server as JSON."""
    return to_json({"v": VERSION, "type": type, **fields}).decode()


def decode_frame(text: str) -> dict:
    """Return a frame of the client: an object with a string `type`.

    Raises `ProtocolError` (`bad_frame`).
    """
    try:
        frame = parse_json(text)
    except ValueError as error:
        raise ProtocolError("bad_frame", "This is not JSON.") from error
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise ProtocolError("bad_frame", "A frame is an object with a type.")
    return frame


def parse_id(value: object) -> int:
    """Return an id or a message number: 0 to 2**63 - 1, as a number or as digits.

    Raises `ProtocolError` (`bad_frame`).
    """
    if isinstance(value, str) and value.isascii() and value.isdigit():
        # Checked before the conversion: `int` of very long digits is slow, and refused.
        value = int(value) if len(value) <= MAX_ID_DIGITS else None
    if type(value) is not int or not 0 <= value < 2**63:
        raise ProtocolError("bad_frame", "Ids and numbers are whole numbers.")
    return value
