"""What is said on a socket, and why one is closed. docs/realtime.md is for clients."""

from enum import IntEnum

import orjson

from core.api.parsers import parse_json

VERSION = 1
LONGEST_FRAME = 64 * 1024  # bytes


class Close(IntEnum):
    LATER = 1013  # the database is away
    SIGNED_OUT = 4401
    SUSPENDED = 4403
    TIMEOUT = 4408
    TOO_LARGE = 4409
    TOO_MANY = 4429
    TOO_SLOW = 4430


class Refused(Exception):
    """A frame that is answered with an `error`."""

    def __init__(self, code: str, sentence: str):
        super().__init__(sentence)
        self.code = code


class Cut(Exception):
    """What ends a socket."""

    def __init__(self, code: Close):
        super().__init__(code)
        self.code = code


def frame(type: str, **data) -> str:
    said = {"v": VERSION, "type": type, **data}
    return orjson.dumps(said, option=orjson.OPT_UTC_Z).decode()


def read(text: str) -> dict:
    """A frame as an object with a `type`. Raises `Refused`."""
    try:
        said = parse_json(text)
    except ValueError as error:
        raise Refused("bad_frame", "This is not JSON.") from error
    if not isinstance(said, dict) or not isinstance(said.get("type"), str):
        raise Refused("bad_frame", "A frame is an object with a type.")
    return said


def number(value) -> int:
    """An id or a seq. Raises `Refused`."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:19])
    if type(value) is not int or not 0 <= value < 2**63:
        raise Refused("bad_frame", "Ids and numbers are whole numbers.")
    return value
