"""Tell a picture that was cut off from a file that is no picture."""

import struct

PNG, JPEG, GIF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", (b"GIF87a", b"GIF89a")
BOX_HEADER_BYTES = 8


def is_cut_off(raw: bytes) -> bool:
    """Return whether `raw` begins as a picture and ends before the picture does.

    It reads lengths and end marks alone; the decoder decides what is a picture.
    """
    if raw.startswith(PNG):
        return b"IEND" not in raw[-64:]
    if raw.startswith(JPEG):
        return b"\xff\xd9" not in raw[-64:]
    if raw.startswith(GIF):
        return not raw.rstrip(b"\0").endswith(b";")
    if raw.startswith(b"RIFF") and raw[8:12] == b"WEBP":
        return int.from_bytes(raw[4:8], "little") + 8 > len(raw)
    return raw[4:8] == b"ftyp" and _ends_inside_a_box(raw)


def _ends_inside_a_box(raw: bytes) -> bool:
    """Return whether the last box of a HEIC or AVIF file is longer than the file."""
    at = 0
    while at + BOX_HEADER_BYTES <= len(raw):
        (size,) = struct.unpack_from(">I", raw, at)
        if size == 0:  # the box reaches to the end of the file
            return False
        if size < BOX_HEADER_BYTES:  # a 64-bit length or damage: the decoder tells
            return False
        at += size
    return at != len(raw)
