"""Images for tests, valid and malicious."""

import io
import itertools
import struct
import zlib
from collections.abc import Iterable

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
    return png(width, height, bytes(100_000))


def png(
    width: int, height: int, rows: bytes, depth: int = 8, interlaced: int = 0
) -> bytes:
    """A PNG in RGB of these rows, each after the number of its filter."""
    size = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, interlaced)
    chunks = ((b"IHDR", size), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
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


def p3_profile() -> bytes:
    """The colour profile of phones: the primaries of Display P3, the curve of sRGB."""
    curve = b"para\0\0\0\0\0\3\0\0" + _fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92)
    curve += _fixed(0.04045)
    xyz = {
        name: b"XYZ " + bytes(4) + _fixed(*column) for name, column in P3_XYZ.items()
    }
    tags = xyz | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    return _profile(b"\4\x20\0\0mntrRGB XYZ ", tags)


def cmyk_profile(*, is_complete: bool = True) -> bytes:
    """The colour profile of a press whose inks act as `_ink_as_lab` says.

    Incomplete, it has a valid head and lacks the table, so that nothing can be made of
    it.
    """
    ramp = bytes(range(256))
    table = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    table += 4 * ramp
    for inks in itertools.product((0, 1), repeat=4):
        light, a, b = _ink_as_lab(*inks)
        table += bytes((round(light * 2.55), round(a) + 128, round(b) + 128))
    table += 3 * ramp
    white = b"XYZ " + bytes(4) + _fixed(*D50)
    tags = {b"wtpt": white} | ({b"A2B0": table} if is_complete else {})
    return _profile(b"\2\x40\0\0prtrCMYKLab ", tags)


def _profile(kind: bytes, tags: dict[bytes, bytes]) -> bytes:
    """An ICC profile; `kind` is its version, class and colour spaces."""
    text = b"desc" + bytes(4) + struct.pack(">I", 5) + b"test\0" + bytes(78)
    tags = {b"desc": text, b"cprt": b"text" + bytes(4) + b"-\0"} | tags
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = start + len(body)
    head = struct.pack(">I", size) + b"lcms" + kind + bytes(12) + b"acsp"
    head = head.ljust(68, b"\0") + _fixed(*D50)
    return head.ljust(128, b"\0") + table + body


def _fixed(*numbers: float) -> bytes:
    return struct.pack(f">{len(numbers)}i", *(round(n * 65536) for n in numbers))


D50 = (0.9642, 1.0, 0.8249)
P3_XYZ = {
    b"wtpt": D50,
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
}
SRGB_FROM_XYZ = (
    (3.1338561, -1.6168667, -0.4906146),
    (-0.9787684, 1.9161415, 0.0334540),
    (0.0719453, -0.2289914, 1.4052427),
)


def p3_as_srgb(colour: tuple[int, int, int]) -> tuple[int, ...]:
    """What a colour of Display P3 is in sRGB, by the formulas of the standards."""
    linear = [_linear(level / 255) for level in colour]
    primaries = [P3_XYZ[name] for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
    return _xyz_as_srgb(
        sum(c * p[i] for c, p in zip(linear, primaries, strict=True)) for i in (0, 1, 2)
    )


def cmyk_as_srgb(inks: tuple[int, int, int, int]) -> tuple[int, ...]:
    """What these inks, from 0 to 255, are in sRGB on the press of `cmyk_profile`."""
    light, a, b = _ink_as_lab(*(ink / 255 for ink in inks))
    y = (light + 16) / 116
    return _xyz_as_srgb(
        white * (f**3 if f > 6 / 29 else (f - 4 / 29) * 108 / 841)
        for white, f in zip(D50, (y + a / 500, y, y - b / 200), strict=True)
    )


def _ink_as_lab(c: float, m: float, y: float, k: float) -> tuple[float, float, float]:
    """CIELAB of inks from 0 to 1: whole levels, and all inks together are black."""
    light = 100 * (1 - (40 * c + 50 * m + 10 * y + 155 * k) / 255)
    return light, 40 * m - 40 * c, 50 * y - 25 * c - 25 * m


def _xyz_as_srgb(xyz: Iterable[float]) -> tuple[int, ...]:
    point = list(xyz)
    rgb = [sum(a * b for a, b in zip(row, point, strict=True)) for row in SRGB_FROM_XYZ]
    return tuple(round(255 * _encoded(min(1.0, max(0.0, level)))) for level in rgb)


def _linear(level: float) -> float:
    return level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4


def _encoded(level: float) -> float:
    return 12.92 * level if level <= 0.0031308 else 1.055 * level ** (1 / 2.4) - 0.055
