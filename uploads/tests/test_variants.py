"""Variants of the formats: what cameras, phones, presses and editors write."""

import pytest
from PIL import Image, PngImagePlugin

from uploads.images import reencode
from uploads.tests.pictures import (
    cmyk_as_srgb,
    cmyk_profile,
    decoded,
    encoded,
    png,
)
from uploads.tests.test_samples import extremes

COLOUR = (200, 60, 40)
PLAIN = Image.new("RGB", (64, 48), COLOUR)
GREY = Image.new("L", (64, 48), 120)
OTHER = Image.new("RGB", (64, 48), "blue")
SECRET = b"SECRET-WORDS"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>SECRET-WORDS</a></x:xmpmeta>'
TURNS = {  # by EXIF orientation: how an upright picture is stored
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
INKS = [(0, 0, 0, 0), (220, 10, 30, 0), (0, 200, 180, 0), (90, 60, 60, 120)]


def adam7() -> bytes:
    """An interlaced PNG of 8 × 8 pixels: the pixels of its seven passes."""
    passes = ((1, 1), (1, 1), (2, 1), (2, 2), (4, 2), (4, 4), (8, 4))
    rows = [(b"\0" + bytes(COLOUR) * width) * height for width, height in passes]
    return png(8, 8, b"".join(rows), interlaced=1)


def deep() -> bytes:
    """A PNG with 16 bits for each colour."""
    pixel = b"".join(bytes((level, level)) for level in COLOUR)
    return png(8, 8, (b"\0" + pixel * 8) * 8, depth=16)


def with_text() -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET.decode())
    text.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    return encoded(PLAIN, "PNG", pnginfo=text)


def animated(kind: str) -> bytes:
    return encoded(PLAIN, kind, save_all=True, append_images=[OTHER], quality=100)


def see_through(mode: str, key: int | tuple[int, ...] | bytes) -> bytes:
    """A PNG that names a transparent colour, which is not the one it is filled with."""
    image = GREY if mode == "L" else PLAIN
    image = image.quantize(8) if mode == "P" else image
    return encoded(image, "PNG", transparency=key)


VARIANTS = {
    "progressive JPEG": encoded(PLAIN, "JPEG", progressive=True, quality=100),
    "JPEG of full colour": encoded(PLAIN, "JPEG", subsampling=0, quality=100),
    "JPEG with restarts": encoded(PLAIN, "JPEG", restart_marker_rows=1, quality=100),
    "JPEG with a comment": encoded(PLAIN, "JPEG", comment=SECRET, quality=100),
    "JPEG with XMP": encoded(PLAIN, "JPEG", xmp=XMP, quality=100),
    "interlaced PNG": adam7(),
    "PNG of 16 bits": deep(),
    "PNG with texts": with_text(),
    "PNG of 2 colours": encoded(PLAIN.quantize(2), "PNG", bits=1),
    "PNG without compression": encoded(PLAIN, "PNG", compress_level=0),
    "palette with transparency": see_through("P", b"\xff" * 8),
    "transparent grey": see_through("L", 7),
    "transparent colour": see_through("RGB", (1, 2, 3)),
    "lossless WebP": encoded(PLAIN, "WEBP", lossless=True),
    "WebP with XMP": encoded(PLAIN, "WEBP", xmp=XMP, quality=100),
    "GIF with a comment": encoded(PLAIN, "GIF", comment=SECRET),
    "interlaced GIF": encoded(PLAIN, "GIF", interlace=1),
    "GIF of 87": encoded(PLAIN.quantize(4), "GIF"),
    "HEIC of 4:4:4": encoded(PLAIN, "HEIF", chroma="444", quality=100),
    "HEIC with XMP": encoded(PLAIN, "HEIF", xmp=XMP, quality=100),
    "AVIF of 4:4:4": encoded(PLAIN, "AVIF", subsampling="4:4:4", quality=100),
    "AVIF with XMP": encoded(PLAIN, "AVIF", xmp=XMP, quality=100),
    "photo series": encoded(
        PLAIN, "MPO", save_all=True, append_images=[OTHER], quality=100
    ),
} | {f"animated {k}": animated(k) for k in ("GIF", "PNG", "WEBP", "AVIF", "HEIF")}


@pytest.mark.filterwarnings("ignore:Palette images")  # what `sent` is taken from
@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_keeps_its_colour_and_nothing_else(name):
    """X3, U4: within 2 levels, the thumbnail within 3; without any metadata."""
    raw = VARIANTS[name]
    # What the file holds: a lossy encoder of the sample may have changed the colour.
    sent = decoded(raw).convert("RGB")
    wanted = sent.getpixel((sent.width // 2, sent.height // 2))
    assert extremes(sent, (120,) * 3 if "grey" in name else COLOUR) <= 4
    cleaned = reencode(raw)
    for stored, most in ((cleaned.content, 2), (cleaned.thumbnail, 3)):
        image = decoded(stored)
        assert extremes(image, wanted) <= most
        assert SECRET not in stored
        assert not {"exif", "icc_profile", "xmp", "comment"} & image.info.keys()
        assert getattr(image, "n_frames", 1) == 1


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_every_orientation_becomes_upright(kind, orientation):
    """X3: with the corners where the camera saw them."""
    upright = Image.new("RGB", (64, 48), "white")
    for place, colour in (((0, 0), "red"), ((32, 0), "lime"), ((0, 24), "blue")):
        upright.paste(Image.new("RGB", (32, 24), colour), place)
    turn, exif = TURNS[orientation], Image.Exif()
    exif[0x0112] = orientation
    raw = upright if turn is None else upright.transpose(turn)
    sent = encoded(raw, kind, exif=exif, quality=95)
    cleaned = decoded(reencode(sent).content).convert("RGB")
    assert cleaned.size == upright.size
    for corner in ((8, 6), (56, 6), (8, 42), (56, 42)):
        pair = zip(cleaned.getpixel(corner), upright.getpixel(corner), strict=True)
        assert all(abs(a - b) < 30 for a, b in pair), corner


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "HEIF", "AVIF"])
@pytest.mark.parametrize("size", [(1, 1), (3000, 1), (1, 3000), (2, 1999)])
def test_a_picture_may_have_any_shape(kind, size):
    """X3: one pixel, a line, a column."""
    cleaned = reencode(encoded(Image.new("RGB", size, COLOUR), kind))
    assert (cleaned.width, cleaned.height) == size
    assert min(decoded(cleaned.thumbnail).size) >= 1


@pytest.mark.parametrize("inks", INKS)
def test_inks_are_converted_by_the_profile_of_their_press(inks):
    """X3: CMYK within 2 levels; without the profile they would be other colours."""
    image = Image.new("CMYK", (64, 48), inks)
    raw = encoded(image, "JPEG", quality=100, icc_profile=cmyk_profile())
    sent = decoded(raw).getpixel((32, 24))
    stored = decoded(reencode(raw).content)
    assert stored.mode == "RGB"
    assert extremes(stored, cmyk_as_srgb(sent)) <= 2


@pytest.mark.parametrize(
    "profile",
    [
        cmyk_profile(is_complete=False),
        cmyk_profile()[:400],
        cmyk_profile()[:-900],
        cmyk_profile().replace(b"mft1", b"mft9"),
        cmyk_profile().replace(b"CMYKLab ", b"CMYKCMYK"),
    ],
    ids=["no table", "cut", "end cut", "unknown table", "wrong space"],
)
def test_a_broken_profile_of_a_press_is_ignored(profile):
    """X3: the picture is taken as one without a profile, and that is no error."""
    image = Image.new("CMYK", (64, 48), (0, 200, 180, 0))
    raw = encoded(image, "JPEG", quality=100, icc_profile=profile)
    stored = decoded(reencode(raw).content)
    plain = decoded(raw).convert("RGB").getpixel((32, 24))
    assert extremes(stored, plain) <= 2
