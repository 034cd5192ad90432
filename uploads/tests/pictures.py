"""Images for tests, valid and malicious."""

import io
import struct
import zlib

from PIL import Image

HEADER = b"\x89PNG\r\n\x1a\n"


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def picture(kind: str = "JPEG", size=(64, 48), mode: str = "RGB", **options) -> bytes:
    """Left half red, right half blue."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    return encoded(image.convert(mode), kind, **options)


def decoded(raw: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(raw))
    image.load()
    return image


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + _checksum(name + data)


def _checksum(data: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(data))


def claimed_png(width: int, height: int) -> bytes:
    """A few bytes whose header claims `width` × `height` pixels."""
    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(100_000))
    chunks = ((b"IHDR", size), (b"IDAT", pixels), (b"IEND", b""))
    return HEADER + b"".join(_chunk(name, data) for name, data in chunks)


def with_place(kind: str, orientation: int = 1) -> bytes:
    """An image with EXIF data: place and author."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "SECRET-WORDS"
    exif[0x8825] = {1: "N", 2: (56.0, 57.0, 1.5), 3: "E", 4: (24.0, 6.0, 2.5)}
    return picture(kind, exif=exif)


def animation(kind: str, frames: int) -> bytes:
    """Frames of different colours; the first is all of index 0 (black)."""
    steps = [Image.new("P", (40, 30), number % 250) for number in range(frames)]
    return encoded(steps[0], kind, save_all=True, append_images=steps[1:], duration=20)
